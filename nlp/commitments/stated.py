"""What an article says around an undertaking: who said it, for which time, where, in which sector, for how many.

The amount's own sentence counts first, then the other sentences that state the same amount, then title and neighbours: a journalist
says such things once and means them for the whole passage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

from nlp.analysis import EntityType, Period
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.phrases import number_of
from nlp.commitments.tables import pattern, sector_patterns
from nlp.commitments.times import period_of
from nlp.entities import Found, Mention
from nlp.sentences import sentences

_DATELINE = 40
_SAID_WITHIN = 60
_BACK, _AHEAD = 6, 1


class Stated:
    """Title, sentences, speakers and places of one article, shared by all its frames."""

    def __init__(self, title: str, text: str, found: Found, published: date | None) -> None:
        """Keep the article; its speakers are sought when first asked for: most articles undertake nothing."""
        self._title, self._text, self._found, self._published = title, text, found, published
        self._spans = sentences(text)
        self._starts = [start for start, _ in self._spans]

    def period(self, frame: Frame) -> Period | None:
        """The time the money is for, by the first of the undertaking's stretches that names one."""
        for stretch in self._stretches(frame):
            found = period_of(stretch, self._published)
            if found is not None:
                return found
        return None

    def speaker(self, frame: Frame) -> str | None:
        """Who said it: the person beside a verb of speech in the amount's sentence, else the one who is speaking there.

        Somebody is speaking where the sentence is quoted or points back ("ujarnya"): the last one named, or the one named right behind.
        Where it does neither, the speaker of the sentence behind or before is taken.
        """
        at = self._sentence(frame.head)
        own = self._speakers.get(at)
        if own is not None:
            return own
        if self._is_speech(at):
            ahead = [place for place in range(at + 1, at + 1 + _AHEAD) if place in self._speakers and not self._begins_anew(place)]
            back = [place for place in range(at - 1, at - 1 - _BACK, -1) if place in self._speakers]
            return next((self._speakers[place] for place in (*ahead, *back)), None)
        beside = (at + 1, at - 1)
        return next((self._speakers[place] for place in beside if place in self._speakers), None)

    def place(self, frame: Frame) -> str | None:
        """The BPS code of the place nearest to the amount in its sentence, else in another one that states it, else the title's."""
        for context in frame.contexts:
            nearest = self._nearest_place(context)
            if nearest is not None:
                return nearest
        titled = [code for mention in self._found.mentions if mention.field == "title" and (code := self._code(mention))]
        return titled[0] if titled else None

    def sector(self, frame: Frame) -> str | None:
        """The KBLI division whose word stands nearest to the amount in its sentence, else one of the title's."""
        head = frame.head
        place = head.money.start - head.start
        return _nearest_sector(head.sentence, place) or _nearest_sector(self._title, 0)

    def number(self, frame: Frame) -> int | None:
        """How many receive, where a number of recipients stands in a sentence that states the amount."""
        return next((number for context in frame.contexts if (number := number_of(context.sentence)) is not None), None)

    def _stretches(self, frame: Frame) -> Iterator[str]:
        yield from (context.sentence for context in frame.contexts)
        yield self._title
        yield frame.head.before

    def _sentence(self, context: Context) -> int:
        return max(bisect_right(self._starts, context.money.start) - 1, 0)

    @cached_property
    def _speakers(self) -> dict[int, str]:
        """Sentence → the person whose name stands beside a verb of speech in it."""
        people = [m for m in self._found.mentions if m.field == "text" and self._found.entities[m.entity].type is EntityType.PERSON]
        speakers: dict[int, str] = {}
        for mention in people:
            at = max(bisect_right(self._starts, mention.start) - 1, 0)
            start, end = self._spans[at]
            before = self._text[max(start, mention.start - _SAID_WITHIN) : mention.start]
            behind = self._text[mention.end : min(end, mention.end + _SAID_WITHIN)]
            if pattern("slots", "said").search(before) or pattern("slots", "said").search(behind):
                speakers.setdefault(at, self._found.entities[mention.entity].name)
        return speakers

    def _is_speech(self, at: int) -> bool:
        start, end = self._spans[at]
        sentence = self._text[start:end]
        return bool(pattern("slots", "still_said").search(sentence)) or any(mark in sentence for mark in '"“”')

    def _begins_anew(self, place: int) -> bool:
        """Whether the sentence at a place begins anew with its speaker instead of ending a quotation."""
        start, end = self._spans[place]
        return not any(mark in self._text[start : min(end, start + _SAID_WITHIN)] for mark in '"”')

    def _nearest_place(self, context: Context) -> str | None:
        coded = [(abs(mention.start - context.money.start), code) for mention, code in self._coded(context) if mention.start > _DATELINE]
        return min(coded)[1] if coded else None

    def _coded(self, context: Context) -> list[tuple[Mention, str]]:
        return [(m, code) for m in self._found.within(context.start, context.end) if (code := self._code(m))]

    def _code(self, mention: Mention) -> str | None:
        identity = self._found.entities[mention.entity].id or ""
        return identity.removeprefix("bps:") if identity.startswith("bps:") else None


def _nearest_sector(stretch: str, place: int) -> str | None:
    distances: Sequence[tuple[int, str]] = [
        (min(abs(match.end() - place), abs(match.start() - place)), code)
        for code, words in sector_patterns().items()
        for match in words.finditer(stretch)
    ]
    return min(distances)[1] if distances else None
