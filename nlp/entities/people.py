"""People: by role ("Direktur Utama X NAME", "NAME, Ketua Y"), by speech ("ujar NAME", "NAME mengatakan") and by registry.

Source of the method: rules of this project over a role lexicon and a list of given names (nlp/entities/data).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.tokens import Phrases, Tokens
from nlp.registry import comparable

ENGLISH = frozenset({"Minister"})
LINKS = frozenset({("dari", "Fraksi"), ("dari", "Partai"), ("di", "Kementerian"), ("pada", "Kementerian")})
"""A role goes on over these small words ("Wakil Ketua Komisi VI DPR dari Fraksi X, NAME")."""
NOUN = re.compile(r"^(?:Pe|Per|Ke)\w{3,}an$")
"""Nouns of office ("Perminyakan", "Kewilayahan"), which no name looks like."""
SHORTEST_LOWER = 5
"""Letters from which a role also counts in lower case ("analis", "ketua umum")."""
LONGEST_BARE = 4
LONGEST_NAME = 5
LONGEST_ROLE = 22
LATER = frozenset({"saat", "kala", "ketika", "itu", "waktu"})
JOINTS = frozenset({",", "(", ")", "/", "-", "&", '"', "."})
ROLE_VERBS = frozenset({"selaku", "sebagai", "adalah", "menjabat"})


@dataclass(frozen=True, slots=True)
class Places:
    """Where organisations stand in a view, by token: `first[i]` is the token after the organisation that begins at i, `inside` the
    tokens behind the first of each.
    """

    first: dict[int, int]
    hits: dict[int, Hit]
    inside: frozenset[int]


class People:
    """Finds people in a view. Made once; safe to share."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Index the roles and verbs."""
        self._lexicon = lexicon
        self._roles = Phrases(frozenset({*lexicon.roles, *(role.lower() for role in lexicon.roles if len(role) >= SHORTEST_LOWER)}))
        self._before = frozenset(lexicon.speech_before) | frozenset(f"{verb}nya" for verb in lexicon.speech_before)
        self._after = frozenset(lexicon.speech_after)
        self._countries = Phrases(lexicon.countries)
        self._honorifics = Phrases(lexicon.honorifics)

    def find(self, tokens: Tokens, organisations: list[Hit], claims: Claims, closed: Claims) -> Iterator[Hit]:
        """People of a view: first those with a role, then those who speak. The organisations are needed to read roles; in the
        closed stretches (headlines, bylines) nobody is looked for.
        """
        places = _places(tokens, organisations)
        index = 0
        while index < len(tokens):
            found = None if index in places.inside else self._role_first(tokens, index, places) or self._name_first(tokens, index, places)
            if found and all(claims.free(hit.view, hit.start, hit.end) and closed.free(hit.view, hit.start, hit.end) for hit in found[0]):
                for hit in found[0]:
                    claims.take(hit)
                    yield hit
            index = found[1] if found else index + 1
        for hit in (*self._speakers(tokens, claims), *self._bare(tokens, claims)):
            if closed.free(hit.view, hit.start, hit.end) and claims.free(hit.view, hit.start, hit.end):
                claims.take(hit)
                yield hit

    def _role_first(self, tokens: Tokens, index: int, places: Places) -> tuple[list[Hit], int] | None:
        """ "ROLE NAME", "ROLE, NAME", and "ROLE BODY NAME" where no rule knows the body: then it is a hit of its own."""
        size = self._roles.at(tokens, index)
        if not size:
            return None
        inner = next((place for place in range(index + 1, index + size) if place in places.first), index + size)
        end, body = self._role_end(tokens, inner, places)
        if tokens.word(index) in ENGLISH and tokens.is_name_word(index - 1) and tokens.word(index - 1) not in self._lexicon.stop_names:
            index -= 1  # "Industry Minister": the portfolio stands before
        start = self._after_role(tokens, end, places)
        name = self._name_size(tokens, start, places)
        firm = self._body_size(tokens, start, start + name) or self._firm_size(tokens, start, name, places)
        hits = []
        if firm:
            if firm > 1 or tokens.word(start) not in self._lexicon.body_words:
                hits = [self._body(tokens, start, start + firm)]
                body = body or hits[0]
            end, start = start + firm, start + firm + (tokens.word(start + firm) == ",")
            name = self._name_size(tokens, start, places)
        sure = tokens.words[index][0].isupper() or body is not None  # "analis BUDI" needs a known name, "analis PT X BUDI" none
        if not name or not self._is_person(tokens, start, start + name, role=sure):
            return None
        return [*hits, self._person(tokens, start, start + name, "role", tokens.text(index, end), body)], start + name

    def _after_role(self, tokens: Tokens, start: int, places: Places) -> int:
        """The token where a name may begin behind a role: past "saat itu", a comma and an honorific."""
        while tokens.word(start) in LATER:
            start += 1
        if tokens.word(start) == "," and self._name_size(tokens, start + 1, places):
            start += 1
        return start + self._honorifics.at(tokens, start)

    def _firm_size(self, tokens: Tokens, start: int, size: int, places: Places) -> int:
        """The words of "CEO FIRM, NAME" that are the firm: the run before a comma has no given name, the one behind it has."""
        if not size or self._known(tokens, start, start + size) or tokens.word(start + size) != ",":
            return 0
        second = self._name_size(tokens, start + size + 1, places)
        return size if second and self._known(tokens, start + size + 1, start + size + 1 + second) else 0

    def _body(self, tokens: Tokens, start: int, end: int) -> Hit:
        name = tokens.text(start, end)
        place = tokens.view, tokens.starts[start], tokens.ends[end - 1]
        return Hit(*place, EntityType.ORGANISATION, name, comparable(name), rule="role", weight=0.6)

    def _role_end(self, tokens: Tokens, index: int, places: Places) -> tuple[int, Hit | None]:
        """The token where the role's complement ends, and the body it names."""
        body, start = None, index
        while index < min(len(tokens), start + LONGEST_ROLE):
            step, hit = self._role_step(tokens, index, places)
            if not step:
                break
            body = body or hit
            index += step
        while index > start and tokens.word(index - 1) in JOINTS and tokens.word(index - 1) != ")":
            index -= 1
        return index, body

    def _role_step(self, tokens: Tokens, index: int, places: Places) -> tuple[int, Hit | None]:
        if index in places.first:
            return places.first[index] - index, places.hits[index]
        country = self._countries.at(tokens, index)
        if country:
            return country, None
        word = tokens.word(index)
        if word == "(":
            return next((size for size in range(2, 8) if tokens.word(index + size - 1) == ")"), 0), None
        if word in (",", "/", "&", "-"):
            return (1 if self._complement(tokens, index + 1, places) else 0), None
        return (1 if self._complement(tokens, index, places) else 0), None

    def _complement(self, tokens: Tokens, index: int, places: Places) -> bool:
        word = tokens.word(index)
        if index in places.first or word in self._lexicon.role_complement or word in self._lexicon.role_words:
            return True
        if "/" in word:
            return all(
                part in self._lexicon.role_complement or part in self._lexicon.role_words or part.isupper() for part in word.split("/")
            )
        if (word, tokens.word(index + 1)) in LINKS:
            return True
        if (
            word[:1].isupper()
            and word not in self._lexicon.given_names
            and (word.casefold() in self._lexicon.common_words or NOUN.match(word))
        ):
            return True
        return len(word) > 1 and word.isupper() and word not in self._lexicon.given_names and tokens.word(index + 1) != "."

    def _name_first(self, tokens: Tokens, index: int, places: Places) -> tuple[list[Hit], int] | None:
        """ "NAME, ROLE …" and "NAME selaku ROLE …"."""
        if self._mid_run(tokens, index):
            return None
        size = self._name_size(tokens, index, places)
        joint = index + size
        if not size or (tokens.word(joint) not in ROLE_VERBS and tokens.word(joint) != ","):
            return None
        role = joint + 1
        head = self._roles.at(tokens, role)
        if not head or not self._is_person(tokens, index, joint, role=size > 1):
            return None
        end, body = self._role_end(tokens, role + head, places)
        return [self._person(tokens, index, joint, "apposition", tokens.text(role, end), body)], joint

    def _mid_run(self, tokens: Tokens, index: int) -> bool:
        before = tokens.word(index - 1)
        return bool(before[:1].isupper()) and before not in self._lexicon.stop_names and before not in self._lexicon.role_words

    def _speakers(self, tokens: Tokens, claims: Claims) -> Iterator[Hit]:
        for index, word in enumerate(tokens.words):
            if word in self._before:
                start = index + 1 + self._honorifics.at(tokens, index + 1)
                hit = self._speaker(tokens, start, self._name_size(tokens, start, NOWHERE), claims)
            elif word in self._after:
                start = index
                while start > index - LONGEST_NAME and self._name_word(tokens, start - 1):
                    start -= 1
                hit = self._speaker(tokens, start, index - start, claims)
            else:
                continue
            if hit:
                yield hit

    def _bare(self, tokens: Tokens, claims: Claims) -> Iterator[Hit]:
        """Names without role or speech: a run of two to four words, two of them given names and one of these the first."""
        index = 0
        while index < len(tokens):
            size = 0 if self._mid_run(tokens, index) or not self._given(tokens.word(index)) else self._name_size(tokens, index, NOWHERE)
            given = sum(self._given(word) for word in tokens.words[index : index + size])
            if 1 < size <= LONGEST_BARE and given > 1 and claims.free(tokens.view, tokens.starts[index], tokens.ends[index + size - 1]):
                yield self._person(tokens, index, index + size, "bare", "", None)
            index += max(size, 1)

    def _speaker(self, tokens: Tokens, start: int, size: int, claims: Claims) -> Hit | None:
        while size > 0 and (tokens.word(start) in self._lexicon.stop_names or tokens.word(start) in self._lexicon.honorifics):
            start, size = start + 1, size - 1
        end = start + size
        if size > 0 and (body := self._body_size(tokens, start, end)):
            start, size = start + body, size - body
        if not size or not claims.free(tokens.view, tokens.starts[start], tokens.ends[end - 1]):
            return None
        return self._person(tokens, start, end, "speech", "", None) if self._is_person(tokens, start, end, role=False) else None

    def _name_size(self, tokens: Tokens, index: int, places: Places) -> int:
        """How many tokens a person's name takes from here; 0 where none begins."""
        size = 0
        while size < LONGEST_NAME + 2 and index + size not in places.first and self._continues(tokens, index, index + size):
            size += 1
        while size and tokens.word(index + size - 1) == ".":
            size -= 1
        return size

    def _continues(self, tokens: Tokens, start: int, index: int) -> bool:
        """Whether the token at `index` goes on with the name that begins at `start`: a name word, an initial's stop, a particle."""
        before = tokens.word(index - 1)
        if self._name_word(tokens, index):
            return index == start or before == "." or not tokens.glued(index)
        if index == start:
            return False
        if tokens.word(index) == ".":
            return len(before) <= 2 and tokens.glued(index)
        return tokens.word(index) in self._lexicon.particles and self._name_word(tokens, index + 1)

    def _name_word(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        if not word or not word[0].isupper() or word in self._lexicon.stop_names or word in self._lexicon.role_words:
            return False
        return word.replace("'", "").replace("-", "").isalpha() and (
            len(word) == 1 or not word.isupper() or len(word) <= 4 or word in CAPITAL_NAMES
        )

    def _body_size(self, tokens: Tokens, start: int, end: int) -> int:
        """How many words of a run are the name of a body before the person's ("Kepala Riset Astronacci International Anthonius
        Edyson"): those before the first given name, if one of them is a word or an abbreviation that bodies are named with.
        """
        first = next((index for index in range(start, end) if self._given(tokens.word(index))), start)
        signs = (word in self._lexicon.body_words or (word.isupper() and len(word) > 1) for word in tokens.words[start:first])
        return first - start if any(signs) else 0

    def _given(self, word: str) -> bool:
        return word in self._lexicon.given_names and word.casefold() not in self._lexicon.common_words

    def _known(self, tokens: Tokens, start: int, end: int) -> bool:
        return any(word in self._lexicon.given_names for word in tokens.words[start:end])

    def _is_person(self, tokens: Tokens, start: int, end: int, *, role: bool) -> bool:
        words = [word for word in tokens.words[start:end] if word != "." and word not in self._lexicon.particles]
        known = sum(word in self._lexicon.given_names for word in words)
        capitals = sum(len(word) > 1 and word.isupper() for word in words)
        if self._countries.at(tokens, start) == end - start:
            return False
        if not words or capitals == len(words) or any(word in self._lexicon.role_words for word in words):
            return False
        common = sum(word not in self._lexicon.given_names and word.casefold() in self._lexicon.common_words for word in words)
        if common and not known and (not role or common * 2 > len(words)):
            return False
        if role:
            return known > 0 or len(words) > 1 or (len(words) == 1 and len(words[0]) > 3 and self._clear(tokens, start, end))
        return known * 2 >= len(words) or (len(words) > 1 and known > 0)

    def _clear(self, tokens: Tokens, start: int, end: int) -> bool:
        """Whether one unknown word behind a role is a name by its place: a verb of speech follows, or it stands between commas."""
        return tokens.word(end) in self._after or (tokens.word(start - 1) == "," and tokens.word(end) == ",")

    def _person(self, tokens: Tokens, start: int, end: int, rule: str, role: str, body: Hit | None) -> Hit:
        name = tokens.text(start, end)
        place = tokens.view, tokens.starts[start], tokens.ends[end - 1]
        weight = 0.9 if role else 0.75
        return Hit(
            *place, EntityType.PERSON, name, comparable(name), rule=rule, weight=weight, role=role, affiliation=body.key if body else ""
        )


NOWHERE = Places({}, {}, frozenset())
CAPITAL_NAMES = frozenset({"JUSUF", "PRABOWO"})


def _places(tokens: Tokens, organisations: list[Hit]) -> Places:
    """The organisations of the view by their first token."""
    begins = {start: index for index, start in enumerate(tokens.starts)}
    ends = {end: index for index, end in enumerate(tokens.ends)}
    first, hits = {}, {}
    for hit in organisations:
        if hit.view is tokens.view and hit.start in begins and hit.end in ends:
            first[begins[hit.start]] = ends[hit.end] + 1
            hits[begins[hit.start]] = hit
    inside = frozenset(index for start, end in first.items() for index in range(start + 1, end))
    return Places(first, hits, inside)
