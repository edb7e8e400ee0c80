"""Step one of the money grammar: every number of a text with the currency and magnitude written beside it.

A quantity is not yet money: "10" in "Rp 10-12 juta" has neither magnitude nor unit of its own. `nlp.money.grammar` decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from nlp.money.numerals import WordReader, read_digits, word_reader
from nlp.money.patterns import BLANK, CHAINABLE, Patterns, key, patterns_of
from nlp.money.tables import CurrencyForm

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)
_SPACED_DECIMALS = re.compile(r",\s(\d{1,2})(?=\s?(?:juta|miliar|milyar|triliun))", re.ASCII)
_DASH_END = re.compile(r",(?:-|–|00\b)(?!\d)")
_LOOK_BACK = 26


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, with what stands beside it.

    Attributes:
        start, end: from the currency before to the currency or magnitude after.
        number_start: where the number itself begins.
        number: its value before any magnitude.
        plain: no thousands separator and no decimals ("2026"), so it may be a year.
        power: power of ten of its magnitude words, None without one.
        before, after: ISO codes of the currency written before or after it.
        vague: an "-an" suffix follows the magnitude ("jutaan").
        letter: the magnitude is a single letter or an abbreviation, which counts only beside a currency.
    """

    start: int
    end: int
    number_start: int
    number: Decimal
    plain: bool
    power: int | None
    before: str | None
    after: str | None
    vague: bool = False
    letter: bool = False

    @property
    def currency(self) -> str | None:
        """The ISO code beside the number."""
        return self.before or self.after


@cache
def _reader() -> WordReader:
    return word_reader()


def find_quantities(text: str, *, english: bool = False) -> list[Quantity]:
    """Every number of the text that digits or words write, in order, with its neighbours."""
    patterns = patterns_of(english)
    found: list[Quantity] = []
    position = 0
    for match in _NUMBER.finditer(text):
        if match.start() < position:
            continue
        quantity = _from_digits(text, match, patterns, english, floor=position)
        if quantity is not None:
            found.append(quantity)
            position = quantity.end
    found += _from_words(text, patterns, found)
    found.sort(key=lambda item: item.start)
    return _compound(text, found)


def _from_digits(text: str, match: re.Match[str], patterns: Patterns, english: bool, floor: int) -> Quantity | None:
    begin, end = match.span()
    raw = match.group()
    start, before = _currency_before(text, begin, patterns, floor)
    if before is None and begin and (text[begin - 1].isalnum() and not text[begin - 1].isdigit()):
        return None  # part of a name: "B40", "G20"
    if raw.count(".") or raw.count(","):
        joined = _SPACED_DECIMALS.match(text, end) if before else None  # "Rp 1.549, 22 miliar"
        if joined:
            raw, end = f"{raw},{joined.group(1)}", joined.end()
    power, vague, letter, after_magnitude = _magnitude(text, end, patterns, glued=before is not None)
    number = read_digits(raw, scaled=power is not None, english=english or _is_english(text, end, after_magnitude))
    if number is None:
        return None
    end = after_magnitude
    if before:
        number, end = _cents(text, end, number, patterns)
        dash = _DASH_END.match(text, end) if power is None else None
        end = dash.end() if dash else end
    after = None
    if before is None:
        clear = power is not None or (not english and not raw.isdigit())
        after, number, end = _named_after(text, end, number, clear, patterns)
    return Quantity(start, end, begin, number, raw.isdigit(), power, before, after, vague, letter)


def _is_english(text: str, end: int, after_magnitude: int) -> bool:
    """Whether the magnitude written between the two places is an English word."""
    return text[end:after_magnitude].strip().casefold() in {"million", "billion", "trillion", "thousand"}


def _currency_before(text: str, begin: int, patterns: Patterns, floor: int) -> tuple[int, str | None]:
    window = text[max(floor, begin - _LOOK_BACK) : begin]
    if not window or not (window[-1] in ").$€£¥₩₹฿₫₱₺₽₴" or window[-1].isalpha() or not window[-1].isprintable() or window[-1].isspace()):
        return begin, None
    match = patterns.before.search(window)
    if match is None:
        return begin, None
    start = begin - len(window) + match.start()
    symbol = match.group("cur")
    if start and symbol[0].isalpha() and text[start - 1].isalnum() and not _glued(text[start - 1], symbol):
        return begin, None
    return start, patterns.before_code[key(symbol)]


def _glued(previous: str, symbol: str) -> bool:
    """ "banyakRp 400.000.000" and "sebesarUSD 5" are glued; a currency that only looks like a word's end is not."""
    return symbol[0].isupper() and (previous.islower() or previous.isdigit())


def _magnitude(text: str, end: int, patterns: Patterns, *, glued: bool) -> tuple[int | None, bool, bool, int]:
    """(power of ten, "-an" follows, is a letter, end) of the magnitude at `end`."""
    match = patterns.magnitude.match(text, end)
    if match is None:
        return None, False, False, end
    power = 0
    if match.group("chain"):
        chain = match.group("chain").casefold()
        power = CHAINABLE.get(chain, 3)
    letter = match.group("letter")
    if letter:
        item = patterns.magnitude_of.get(letter) or patterns.magnitude_of[letter.upper()]
        return (power + item.power, False, True, match.end()) if glued else (None, False, False, end)
    word = match.group("word").casefold()
    known = patterns.magnitude_of.get(word)
    rest = match.group("rest")
    if rest and not (glued and known is not None and known.style == "word" and len(word) > 3):
        return None, False, False, end
    if known is None:
        return power + CHAINABLE[word], bool(match.group("an")), False, match.end("word")
    if known.style == "abbreviation" and not glued:
        return None, False, False, end
    stop = match.end("an") if match.group("an") and not rest else match.end("word")
    vague = bool(match.group("blur") or (match.group("an") and not rest))
    return power + known.power, vague, known.style == "abbreviation", _repeated(text, stop, word)


def _repeated(text: str, end: int, word: str) -> int:
    """A magnitude printed twice ("2,3 miliar miliar dollar") is one."""
    match = re.compile(rf"{BLANK}+(?i:{re.escape(word)})(?!\w)").match(text, end)
    return match.end() if match else end


def _cents(text: str, end: int, number: Decimal, patterns: Patterns) -> tuple[Decimal, int]:
    match = patterns.cents.match(text, end)
    return (number / 100, match.end()) if match else (number, end)


def _named_after(text: str, end: int, number: Decimal, clear: bool, patterns: Patterns) -> tuple[str | None, Decimal, int]:
    """(currency, value, end) by the name behind a number, with or without cents: "5 dolar AS", "13 sen dolar AS", "9.4 US cents".
    `clear`: nobody would take the number for a count, so "won" is a currency and no verb.
    """
    form, stop = _form_after(text, end, patterns)
    if form is not None and (clear or not form.strict):
        return form.code, number / 100 if form.hundredth else number, stop
    cents, cent_end = _cents(text, end, number, patterns)
    form, stop = _form_after(text, cent_end, patterns) if cent_end != end else (None, end)
    return (form.code, cents, stop) if form is not None else (None, number, end)


def _form_after(text: str, end: int, patterns: Patterns) -> tuple[CurrencyForm | None, int]:
    match = patterns.after.match(text, end)
    return (patterns.after_form[key(match.group("cur"))], match.end()) if match else (None, end)


_WORD_BACK = re.compile(rf"([^\W\d_]+)(?:{BLANK}+|-)\Z")
_MAX_NUMBER_WORDS = 40


@cache
def _last_words() -> re.Pattern[str]:
    """A number word before white space. Literals first and no flags: the scan then costs little (found by profiling)."""
    words = sorted(_reader().vocabulary - {"and", "a", "an", "koma", "point"}, key=len, reverse=True)
    forms = [form for word in words for form in (word, word.capitalize())]
    return re.compile(rf"(?:{'|'.join(forms)})(?={BLANK})")


@cache
def _spelled_after() -> re.Pattern[str]:
    scale = "(?i:ratus|ribu|juta|miliar|milyar|triliun)"
    return re.compile(rf"(?P<cur>Rp|US\$|USD)\.?{BLANK}*(?P<words>(?:[a-z]+{BLANK}+){{0,12}}{scale})(?!\w)")


def _from_words(text: str, patterns: Patterns, digits: list[Quantity]) -> Iterator[Quantity]:
    """Amounts written in words: "dua ratus juta rupiah", "Rp satu triliun", "half a billion dollars"."""
    taken = [(item.start, item.end) for item in digits if item.currency]
    for match in _last_words().finditer(text):
        name = patterns.after.match(text, match.end())
        if name is None:
            continue
        run, start = _words_before(text, name.start("cur"))
        if not run or any(low < name.end() and start < high for low, high in taken):
            continue
        number = _reader().read(run)
        if number is not None and number > 0 and _has_value(run):
            code = patterns.after_form[key(name.group("cur"))].code
            yield Quantity(start, name.end(), start, number, False, 0, None, code)
    for match in _spelled_after().finditer(text):
        run = match.group("words").split()
        number = _reader().read(run) if all(word.casefold() in _reader().vocabulary for word in run) else None
        if number is not None and number > 0:
            code = patterns.before_code[key(match.group("cur"))]
            yield Quantity(match.start(), match.end(), match.start("words"), number, False, 0, code, None)


def _has_value(run: list[str]) -> bool:
    """A bare scale ("million dollars", "a dollar") is no amount in words."""
    return run[0] not in {"a", "an"} and run[0] not in _reader().scales


def _words_before(text: str, end: int) -> tuple[list[str], int]:
    """The run of number words that ends where the currency name begins, and where it starts."""
    run: list[str] = []
    start = end
    vocabulary = _reader().vocabulary
    while len(run) < _MAX_NUMBER_WORDS:
        match = _WORD_BACK.search(text[max(0, start - 24) : start])
        if match is None or match.group(1).casefold() not in vocabulary:
            break
        if match.start() == 0 and start > 24:
            break
        run.insert(0, match.group(1).casefold())
        start -= len(match.group())
    while run and run[0] in {"and", "a", "an"}:
        first = re.match(rf"[^\W\d_]+(?:{BLANK}+|-)", text[start:])
        start += len(first.group()) if first else 0
        run.pop(0)
        if run and run[0] in _reader().scales:  # "a million dollars"
            return ["one", *run], start
    return run, start


def _compound(text: str, found: list[Quantity]) -> list[Quantity]:
    """ "Rp 1 triliun 500 miliar" is one quantity: the second, smaller part has no currency before it and touches the first."""
    merged: list[Quantity] = []
    for item in found:
        last = merged[-1] if merged else None
        if last is not None and _continues(text, last, item):
            total = last.number * Decimal(10) ** (last.power or 0) + item.number * Decimal(10) ** (item.power or 0)
            merged[-1] = Quantity(last.start, item.end, last.number_start, total, False, 0, last.before, item.after, item.vague)
        else:
            merged.append(item)
    return merged


def _continues(text: str, last: Quantity, item: Quantity) -> bool:
    if last.after or item.before or not last.power or not item.power or item.power >= last.power or item.letter or last.vague:
        return False
    if not (last.before or item.after):
        return False
    gap = text[last.end : item.start]
    return gap.isspace() and len(gap) <= 2 and item.number < 1000
