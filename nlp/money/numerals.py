"""Numbers as Indonesian and English news write them: digits with either separators, and words.

Source of the separator rules: research on 1,155 amounts in news (the traps list); each rule is named where it decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from nlp.money.tables import NumberWords, number_words

_THOUSANDS_DOT = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_THOUSANDS_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUP_LENGTH = 3


def read_digits(raw: str, *, scaled: bool, english: bool = False) -> Decimal | None:
    """The value of a digit string such as "1.250", "4,8" or "1,234,567.89", or None where no reading is possible.

    `scaled` says that a magnitude word follows, `english` that it is an English one: "1.250 triliun" is 1250 but
    "1,461 triliun" is 1.461 (one comma and a magnitude is a decimal); without a magnitude "1,870" is 1870.
    """
    dots, commas = raw.count("."), raw.count(",")
    if not dots and not commas:
        return Decimal(raw)
    if dots and commas:
        return _both_separators(raw, dots, commas)
    separator = "." if dots else ","
    if dots + commas > 1:
        groups = raw.split(separator)
        whole = all(len(group) == _GROUP_LENGTH for group in groups[1:]) and len(groups[0]) <= _GROUP_LENGTH
        return Decimal("".join(groups)) if whole else _last_is_decimal(groups)
    return _one_separator(raw, separator, scaled=scaled, english=english)


def _both_separators(raw: str, dots: int, commas: int) -> Decimal | None:
    """The last separator is the decimal one; it may stand once only."""
    decimal, group = (",", ".") if raw.rindex(",") > raw.rindex(".") else (".", ",")
    if (commas if decimal == "," else dots) > 1:
        return None
    return Decimal(raw.replace(group, "").replace(decimal, "."))


def _last_is_decimal(groups: Sequence[str]) -> Decimal | None:
    """ "27.315.5": groups of three, then a shorter rest that can only be decimals."""
    if any(len(group) != _GROUP_LENGTH for group in groups[1:-1]):
        return None
    return Decimal("".join(groups[:-1]) + "." + groups[-1])


def _one_separator(raw: str, separator: str, *, scaled: bool, english: bool) -> Decimal:
    head, tail = raw.split(separator)
    decimal = Decimal(f"{head}.{tail}")
    if len(tail) != _GROUP_LENGTH or head.startswith("0") or len(head) > _GROUP_LENGTH:
        return decimal
    thousands = Decimal(head + tail)
    if english:
        return decimal if separator == "." else thousands
    if scaled and separator == ",":
        return decimal
    return thousands


class WordReader:
    """Reads a run of number words ("seratus dua puluh lima juta", "two and a half million") to its value."""

    def __init__(self, words: NumberWords) -> None:
        self._words = words
        self.vocabulary = words.vocabulary
        self.scales = frozenset(words.scales)

    def read(self, run: Sequence[str]) -> Decimal | None:
        """The value of the words, or None where they do not form a number."""
        tokens = [word.casefold() for word in run]
        total, group, seen = Decimal(0), Decimal(0), False
        position = 0
        while position < len(tokens):
            word = tokens[position]
            position += 1
            if word in self._words.joiners:
                continue
            if word in self._words.points:
                decimals, position = self._decimals(tokens, position)
                group += decimals
                continue
            if word in self._words.scales:
                total += (group if seen and group else Decimal(1)) * Decimal(10) ** self._words.scales[word]
                group, seen = Decimal(0), True
                continue
            grown = self._grow(group, word)
            if grown is None:
                return None
            group, seen = grown, True
        return total + group if seen else None

    def _grow(self, group: Decimal, word: str) -> Decimal | None:
        """The group of three digits after one more word."""
        table = self._words
        if word in table.digits:
            return group + table.digits[word]
        if word in table.fused:
            return group + table.fused[word]
        if word in table.teens:
            return group + 10
        if word in table.small_scales:
            scale = table.small_scales[word]
            rest = group % scale if group >= scale else group
            return group - rest + (rest or 1) * scale
        return None

    def _decimals(self, tokens: Sequence[str], position: int) -> tuple[Decimal, int]:
        digits = ""
        while position < len(tokens) and tokens[position] in self._words.digits:
            digits += str(self._words.digits[tokens[position]])
            position += 1
        return (Decimal(f"0.{digits}") if digits.isdigit() else Decimal(0)), position


def word_reader() -> WordReader:
    """The reader over the package's number words."""
    return WordReader(number_words())
