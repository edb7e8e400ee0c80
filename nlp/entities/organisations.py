"""Organisations that no registry knows, by the words their names begin and end with ("PT X Tbk", "Dinas X", "X Holdings").

Source of the method: rules of this project; the heads and tails are data (nlp/entities/data/organisations.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.tokens import Phrases, Tokens
from nlp.registry import Registry, comparable

LONGEST = 12
LISTING = frozenset({"public_body", "association"})
ROMAN = re.compile(r"^[IVX]+$")
LEGAL_TAILS = frozenset({"Tbk", "Ltd", "Ltd.", "Inc", "Inc.", "Corp", "Corp.", "LLC", "Limited", "PLC", "Plc", "GmbH", "Berhad", "Bhd"})
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

    def find(self, tokens: Tokens, claims: Claims, closed: Claims) -> Iterator[Hit]:
        """The organisations of a view by head, then by tail, outside the closed stretches (headlines, bylines)."""
        index = 0
        while index < len(tokens):
            hit, after = self._by_head(tokens, index) or self._by_tail(tokens, index, claims) or (None, index + 1)
            if hit and closed.free(hit.view, hit.start, hit.end):
                yield hit
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
        if not first and tokens.word(index - 1) == "Tbk":
            return 0
        if not first and tokens.word(index - 1) == "Indonesia" and tokens.word(index - 2) != "PT" and word not in AFTER_INDONESIA:
            return self._legal_form(tokens, index)
        if self._goes_on(tokens, index):
            return 1
        if first:
            return 0
        if word in self._lexicon.connectors and (kind in LISTING or word not in ("dan", "untuk", "atas")):
            return 2 if self._goes_on(tokens, index + 1) and not self._begins_another(tokens, index + 1) else 0
        if word == "," and kind in LISTING and self._goes_on(tokens, index + 1) and self._list_ends(tokens, index + 2):
            return 0 if self._begins_another(tokens, index + 1) else 2
        if word == "(" and tokens.word(index + 2) == ")" and self._goes_on(tokens, index + 3) and tokens.word(index + 1).isalpha():
            return 4 if not tokens.glued(index + 3) and tokens.is_name_word(index + 1) and len(tokens.word(index + 1)) < 8 else 0
        return self._legal_form(tokens, index)

    def _legal_form(self, tokens: Tokens, index: int) -> int:
        if tokens.word(index) == "(" and tokens.word(index + 1) in ("Persero", "Perseroda") and tokens.word(index + 2) == ")":
            return 3
        return 1 if tokens.word(index) == "Tbk" else 0

    def _goes_on(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        if not word or word in self._lexicon.breakers or (tokens.glued(index) and tokens.word(index - 1) in ".)\"'"):
            return False
        return (word[0].isupper() or (word[0].isdigit() and len(word) < 3)) and word not in ("PT", "CV")

    def _begins_another(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        return bool(self._heads.at(tokens, index)) or (word.isupper() and len(word) > 1 and not ROMAN.match(word))

    def _list_ends(self, tokens: Tokens, index: int) -> bool:
        """Whether "…, X, dan Y" ends a list of a name's words within a few tokens."""
        ahead = tokens.words[index : index + 5]
        return "dan" in ahead and all(word in (",", "dan") or word[:1].isupper() for word in ahead[: ahead.index("dan") + 1])

    def _trimmed(self, tokens: Tokens, start: int, body: int, end: int) -> int:
        """The end without a person's name that runs on ("Direktur Utama PT X Budi Santoso") and without a dangling joint."""
        cut = end
        while cut > body + 1 and tokens.word(cut - 1) in self._lexicon.given_names:
            cut -= 1
        if cut < end and self._role_before(tokens, start):
            end = cut
        while end > body and tokens.word(end - 1) in self._lexicon.connectors:
            end -= 1
        return end

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

    def _by_tail(self, tokens: Tokens, index: int, claims: Claims) -> tuple[Hit, int] | None:
        """A run of capitals that ends in a company's tail word; the run begins at `index`."""
        if not self._run_word(tokens, index) or (index and self._run_word(tokens, index - 1) and not self._run_break(tokens, index - 1)):
            return None
        end = index
        while end < len(tokens) and end - index < 8 and (self._run_word(tokens, end) or self._joint(tokens, end, index)):
            end += 1
        for last in range(end - 1, index, -1):
            size = self._tails.at(tokens, last)
            whole = last + size >= end or tokens.word(last) in LEGAL_TAILS
            if (
                size
                and whole
                and any(word not in self._lexicon.run_words for word in tokens.words[index:last])
                and claims.free(tokens.view, tokens.starts[index], tokens.ends[last + size - 1])
            ):
                kind = self._lexicon.tails[" ".join(tokens.words[last : last + size])]
                return self._hit(tokens, index, last + size, kind, "tail"), last + size
        return None

    def _run_word(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        if word in self._lexicon.run_words:
            return self._goes_on(tokens, index)
        return self._goes_on(tokens, index) and word not in self._lexicon.stop_names and word not in self._lexicon.role_words

    def _run_break(self, tokens: Tokens, index: int) -> bool:
        return tokens.word(index) in self._lexicon.stop_names

    def _joint(self, tokens: Tokens, index: int, start: int) -> bool:
        return index > start and tokens.word(index) in ("&", "of", "and", "the", "for") and self._run_word(tokens, index + 1)

    def _hit(self, tokens: Tokens, start: int, end: int, kind: str, rule: str) -> Hit:
        name = tokens.text(start, end)
        key = organisation_key(name, self._lexicon.key_words)
        row = next(
            (self._registry.get(found) for found in self._registry.by_name.get(key, ()) if not found.startswith(("bps:", "person:"))), None
        )
        identity = row.id if row and row.type not in (EntityType.PERSON, EntityType.PLACE, EntityType.PROGRAMME) else ""
        entity_type = row.type if row and identity else EntityType(kind)
        return Hit(
            tokens.view, tokens.starts[start], tokens.ends[end - 1], entity_type, name, identity or key, identity, rule=rule, weight=0.85
        )


def organisation_key(name: str, key_words: dict[str, str]) -> str:
    """The comparable form of an open name, with its short heads spelt out: "Pemkab Gresik" → "pemerintah kabupaten gresik"."""
    words = comparable(re.sub(r"\([^)]*\)", " ", name)).split()
    return " ".join(key_words.get(word, word) for word in words)
