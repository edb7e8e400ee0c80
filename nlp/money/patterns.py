"""The tables of the money grammar compiled to patterns: currencies before and behind a number, magnitudes, cents."""

from __future__ import annotations

import re
from functools import cache

from nlp.money.tables import CurrencyForm, Magnitude, cent_words, currency_forms, magnitudes

BLANK = r"[\s\u200b\u200c\u200d\u2060\ufeff]"
"""White space as pages have it: NBSP and thin spaces are in \\s, zero-width characters are not."""
CHAINABLE = {"puluh": 1, "ratus": 2}
"""Number words that multiply a magnitude ("5 ratus juta"), with their powers of ten."""


def _flexible(form: str) -> str:
    """A form as a pattern; its blanks match any white space."""
    return rf"{BLANK}+".join(re.escape(part) for part in form.split())


def _case_folded(form: str) -> bool:
    """Whether a currency form is matched in any case: names, and the symbols of rupiah and dollar, not three-letter codes."""
    return any(ch.islower() for ch in form) or form in {"USD", "IDR", "US$", "US $"}


def _alternatives(forms: list[str]) -> str:
    folded = "|".join(_flexible(form) for form in forms if _case_folded(form))
    exact = "|".join(_flexible(form) for form in forms if not _case_folded(form))
    return "|".join(part for part in (f"(?i:{folded})" if folded else "", exact) if part)


def key(form: str) -> str:
    """A currency form as the tables are looked up by: single blanks, small letters."""
    return re.sub(rf"{BLANK}+", " ", form).casefold()


class Patterns:
    """The tables compiled to patterns, for one language of magnitudes."""

    def __init__(self, english: bool) -> None:
        """Compile the tables. Raises RegistryError where one is wrong."""
        lang = "en" if english else "id"
        usable = [item for item in magnitudes() if item.lang in ("any", lang)]
        before = [item for item in currency_forms() if item.place == "before"]
        after = [item for item in currency_forms() if item.place == "after"]
        self.magnitude_of: dict[str, Magnitude] = {item.form if item.style == "letter" else item.form.casefold(): item for item in usable}
        self.before_code = {key(item.form): item.code for item in before}
        self.after_form: dict[str, CurrencyForm] = {key(item.form): item for item in after}
        self.before = re.compile(rf"(?P<cur>{_alternatives([item.form for item in before])})(?P<gap>{BLANK}{{0,3}})\Z")
        self.magnitude = re.compile(self._magnitude_pattern(usable))
        cents = "|".join(sorted(cent_words(), key=len, reverse=True))
        self.cents = re.compile(rf"{BLANK}?(?i:{cents})(?!\w)")
        names = _alternatives([item.form for item in after])
        self.after = re.compile(rf"(?:{BLANK}{{0,3}}|-)(?P<cur>{names})(?![^\W\d_])(?!{BLANK}?\d)")

    @staticmethod
    def _magnitude_pattern(usable: list[Magnitude]) -> str:
        words = "|".join(re.escape(item.form) for item in usable if item.style != "letter")
        letters = "|".join(sorted({re.escape(item.form) for item in usable if item.style == "letter"}))
        chain = "|".join(CHAINABLE)
        return (
            rf"(?P<blur>-an(?={BLANK}))?{BLANK}{{0,3}}(?:(?P<chain>(?i:{chain}|ribu))(?={BLANK}+(?i:{words})){BLANK}+)?"
            rf"(?:(?P<word>(?i:{words}|{chain}))(?P<an>-?an)?(?P<rest>[^\W\d_]*)|(?P<letter>{letters}|(?<=\d)[mt]|(?<=\d\s)[mt])(?![\w²³]))"
        )


@cache
def patterns_of(english: bool) -> Patterns:
    """The patterns for English or Indonesian magnitudes, made once."""
    return Patterns(english)
