"""Organisations that no registry knows, by the words their names begin and end with ("PT X Tbk", "Dinas X", "X Holdings").

Source of the method: rules of this project; the heads and tails are data (nlp/entities/data/organisations.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.matcher import in_use, row_names
from nlp.entities.tokens import Phrases, Tokens
from nlp.entities.unify import inner_variants
from nlp.registry import Registry, comparable

LONGEST = 12
LISTING = frozenset({"public_body", "association"})
ROMAN = re.compile(r"^[IVX]+$")
NAMED_AFTER_PEOPLE = frozenset({"PT", "Universitas", "Yayasan", "Institut", "Politeknik", "Pondok"})
LEGAL_TAILS = frozenset(
    {
        "Sekuritas",
        "Securities",
        "Asset",
        "Tbk",
        "Ltd",
        "Ltd.",
        "Inc",
        "Inc.",
        "Corp",
        "Corp.",
        "LLC",
        "Limited",
        "PLC",
        "Plc",
        "GmbH",
        "Berhad",
        "Bhd",
    }
)
COUNTRY_BOUND = frozenset({"Pemerintah", "Parlemen", "Kedutaan Besar"})
AFTER_INDONESIA = frozenset({"Tbk", "Raya", "Timur", "Barat", "Tengah", "Persada", "Jaya", "Utama"})


class OpenOrganisations:
    """Finds unregistered organisations. Made once; safe to share."""

    def __init__(self, registry: Registry, lexicon: Lexicon) -> None:
        """Index the heads, tails and phrases that are none."""
        self._registry, self._lexicon = registry, lexicon
        self._heads = Phrases(frozenset(lexicon.heads))
        self._tails = Phrases(frozenset(lexicon.tails))
        self._countries = Phrases(lexicon.countries)
        names = (name for row in registry.rows(EntityType.PLACE) for name in (row.name, *(alias.text for alias in row.aliases)))
        self._places = Phrases(frozenset(name for name in names if name[:1].isupper()))

    def find(self, tokens: Tokens, closed: Claims, year: int | None) -> Iterator[Hit]:
        """The organisations of a view by head, then by tail, outside the closed stretches (headlines, bylines); `year` is that of
        publication and tells which registered names were in use.
        """
        index = 0
        while index < len(tokens):
            hit, after = self._by_head(tokens, index) or self._by_tail(tokens, index) or (None, index + 1)
            if hit and closed.free(hit.view, hit.start, hit.end):
                yield self._resolved(hit, year)
            index = after

    def _by_head(self, tokens: Tokens, index: int) -> tuple[Hit, int] | None:
        size = self._heads.at(tokens, index)
        if not size:
            return None
        head = tokens.text(index, index + size).replace(". ", " ")
        kind = self._lexicon.heads[" ".join(tokens.words[index : index + size])]
        body = index + size + (tokens.word(index + size) == "." and head == "PT")
        end = self._body_end(tokens, body, kind, head)
        end = self._trimmed(tokens, index, body, end)
        if end <= body or not self._plausible(tokens, index, body, end, head):
            return None
        return self._hit(tokens, index, end, kind, "head"), end

    def _body_end(self, tokens: Tokens, start: int, kind: str, head: str) -> int:
        if head in COUNTRY_BOUND and (size := self._countries.at(tokens, start)):
            return start + size
        index = start
        while index < min(len(tokens), start + LONGEST):
            step = self._step(tokens, index, kind, index == start)
            if not step:
                break
            index += step
        return index

    def _step(self, tokens: Tokens, index: int, kind: str, first: bool) -> int:
        """How many tokens go on the name here: a name word, a joint with the word behind it, a bracket inside the name."""
        word = tokens.word(index)
        if not first and (tokens.word(index - 1) in ("Tbk", "RI") or (tokens.word(index - 1) == "DPR" and word != "RI")):
            return 0
        if not first and tokens.word(index - 1) == "Indonesia" and tokens.word(index - 2) != "PT" and word not in AFTER_INDONESIA:
            return self._legal_form(tokens, index)
        if self._goes_on(tokens, index):
            return 1
        if first and word != "(":
            return 0
        if word in self._lexicon.connectors and (kind in LISTING or word not in ("dan", "untuk", "atas")):
            return 2 if self._goes_on(tokens, index + 1) and not self._begins_another(tokens, index + 1) else 0
        if word == "," and kind in LISTING and self._goes_on(tokens, index + 1) and self._list_ends(tokens, index + 2):
            return 0 if self._begins_another(tokens, index + 1) else 2
        if word == "(" and kind != "company" and self._bracket_inside(tokens, index):
            return 4
        return self._legal_form(tokens, index)

    def _bracket_inside(self, tokens: Tokens, index: int) -> bool:
        """Whether a short form stands in brackets here and the name goes on behind it ("Yayasan … (PPNU) Trate")."""
        inner, after = tokens.word(index + 1), tokens.word(index + 3)
        if tokens.word(index + 2) != ")" or not inner.isalpha() or not inner[0].isupper() or len(inner) > 8:
            return False
        return self._goes_on(tokens, index + 3) and not tokens.glued(index + 3) and after not in self._lexicon.given_names

    def _legal_form(self, tokens: Tokens, index: int) -> int:
        if tokens.word(index) == "(" and tokens.word(index + 1) in ("Persero", "Perseroda") and tokens.word(index + 2) == ")":
            return 3
        return 1 if tokens.word(index) == "Tbk" else 0

    def _goes_on(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        if (
            not word
            or (word in self._lexicon.breakers and (word, tokens.word(index + 1)) != ("Dalam", "Negeri"))
            or (tokens.glued(index) and tokens.word(index - 1) in ".)\"'")
        ):
            return False
        return (word[0].isupper() or (word[0].isdigit() and len(word) < 3)) and word not in ("PT", "CV")

    def _begins_another(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        capitals = word.isupper() and len(word) > 1 and not ROMAN.match(word) and word not in self._lexicon.sector_capitals
        return bool(self._heads.at(tokens, index)) or capitals

    def _list_ends(self, tokens: Tokens, index: int) -> bool:
        """Whether "…, X, dan Y" ends a list of a name's words within a few tokens."""
        ahead = tokens.words[index : index + 5]
        return "dan" in ahead and all(word in (",", "dan") or word[:1].isupper() for word in ahead[: ahead.index("dan") + 1])

    def _trimmed(self, tokens: Tokens, start: int, body: int, end: int) -> int:
        """The end without a person's name that runs on ("Direktur Utama PT X Budi Santoso") and without a dangling joint."""
        if self._role_before(tokens, start):
            end = self._before_person(tokens, start, body, end)
        else:
            cut = end
            while cut > body + 1 and tokens.word(cut - 1) in self._lexicon.given_names:
                cut -= 1
            if end - cut > 1 and tokens.word(start) not in NAMED_AFTER_PEOPLE:
                end = cut
        while end > body and tokens.word(end - 1) in self._lexicon.connectors:
            end -= 1
        return end

    def _before_person(self, tokens: Tokens, start: int, body: int, end: int) -> int:
        """Where a name ends that stands in a role and may run into the name of who holds it: behind a short form after PT, behind
        a word that closes a firm's name, before the first given name.
        """
        if tokens.word(start) == "PT" and tokens.word(body).isupper():
            end = next((index for index in range(body, end) if not tokens.word(index).isupper()), end)
        closed = next((index + 1 for index in range(body, end) if tokens.word(index) in self._lexicon.closers), end)
        if tokens.word(start) in NAMED_AFTER_PEOPLE and tokens.word(start) != "PT":
            name = next((index for index in range(body + 1, closed - 1) if self._begins_person(tokens, index)), closed)
            return name if tokens.word(end) == "," or tokens.word(end) in self._lexicon.speech_after else closed
        if self._lexicon.heads.get(tokens.word(start)) == "public_body":
            closed = min(closed, next((index + size for index in range(body, end) if (size := self._places.at(tokens, index))), closed))
        name = next((index for index in range(body + 1, closed) if self._begins_person(tokens, index)), closed)
        return name - 1 if name < closed and len(tokens.word(name - 1)) == 1 and name - 1 > body else name

    def _begins_person(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        return word in self._lexicon.given_names and word.casefold() not in self._lexicon.common_words

    def _role_before(self, tokens: Tokens, start: int) -> bool:
        return any(word in self._lexicon.role_words for word in tokens.words[max(0, start - 8) : start])

    def _plausible(self, tokens: Tokens, start: int, body: int, end: int, head: str) -> bool:
        name = " ".join(tokens.words[start:end])
        folded = name.casefold()
        if folded in self._lexicon.not_organisations or f"{folded} ".startswith(self._lexicon.not_prefixes):
            return False
        if tokens.word(start - 1) in self._lexicon.buildings:
            return False
        if head in COUNTRY_BOUND:
            return bool(self._countries.at(tokens, body))
        if head.startswith("Pemerintah "):
            return end - body >= 1
        if head in self._lexicon.weak_heads:
            return any(word[0].isupper() and len(word) > 2 for word in tokens.words[body:end])
        return any(word[0].isupper() for word in tokens.words[body:end])

    def _by_tail(self, tokens: Tokens, index: int) -> tuple[Hit, int] | None:
        """A run of capitals that ends in a company's tail word; the run begins at `index`."""
        if not self._run_word(tokens, index) or (index and self._run_word(tokens, index - 1) and not self._run_break(tokens, index - 1)):
            return None
        if tokens.word(index - 1) in self._lexicon.buildings:
            return None
        end = index
        while end < len(tokens) and end - index < 8 and (self._run_word(tokens, end) or self._joint(tokens, end, index)):
            end += 1
        for last in range(end - 1, index, -1):
            size = self._tails.at(tokens, last)
            after = last + size
            after += after < end and tokens.word(after) in self._lexicon.run_words  # "Sequoia Capital India"
            whole = after >= end or tokens.word(last) in LEGAL_TAILS
            if (
                size
                and whole
                and any(word not in self._lexicon.run_words and word not in self._lexicon.empty_run for word in tokens.words[index:last])
            ):
                kind = self._lexicon.tails[" ".join(tokens.words[last : last + size])]
                return self._hit(tokens, index, after, kind, "tail"), after
        return None

    def _run_word(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        if word in self._lexicon.run_words:
            return self._goes_on(tokens, index)
        if word in self._lexicon.stop_names or word in self._lexicon.role_words or word in self._lexicon.run_titles:
            return False
        return self._goes_on(tokens, index)

    def _run_break(self, tokens: Tokens, index: int) -> bool:
        return tokens.word(index) in self._lexicon.stop_names

    def _joint(self, tokens: Tokens, index: int, start: int) -> bool:
        return index > start and tokens.word(index) in ("&", "of", "and", "the", "for") and self._run_word(tokens, index + 1)

    def _hit(self, tokens: Tokens, start: int, end: int, kind: str, rule: str) -> Hit:
        name = tokens.text(start, end)
        key = organisation_key(name, self._lexicon.key_words)
        return Hit(tokens.view, tokens.starts[start], tokens.ends[end - 1], EntityType(kind), name, key, rule=rule, weight=0.85)

    def _resolved(self, hit: Hit, year: int | None) -> Hit:
        """The hit with the registered organisation that bore its name in that year."""
        for key in (hit.key, *(comparable(variant) for variant in inner_variants(hit.name))):
            for identity in self._registry.by_name.get(key, ()):
                row = self._registry.by_id[identity]
                if row.type in ORGANISATIONS and any(comparable(name.text) == key and in_use(name, year) for name in row_names(row)):
                    return replace(hit, key=identity, id=identity, type=row.type)
        return hit


def organisation_key(name: str, key_words: dict[str, str]) -> str:
    """The comparable form of an open name, with its short heads spelt out: "Pemkab Gresik" → "pemerintah kabupaten gresik"."""
    words = comparable(re.sub(r"\([^)]*\)", " ", name)).split()
    return " ".join(key_words.get(word, word) for word in words)
