"""Small readings of a stretch of text: what joins names, who receives, where a receiver's phrase ends."""

from __future__ import annotations

import re
from functools import cache

from nlp.commitments.tables import pattern
from nlp.commitments.tables import slot_table as slots
from nlp.money.tables import number_words

_JOIN_GAP = 60
_PHRASE = 90
MAX_WORDS = 9
_BY_END = re.compile(r"(?<![^\W_])(?P<by>oleh|dari|milik|by|from)\s*(?:PT\.?\s*)?\Z", re.IGNORECASE)
_GIVEN_WITHIN = 60
_RECEIVE_END = re.compile(r"(?:kepada|untuk|bagi|ke|for|to)\s*(?:PT\.?\s*)?\Z", re.IGNORECASE)
_ASIDE = re.compile(r"\s*,?\s*(?:menurut|kata|ujar|according to)\s[^,.]{0,60}?(?=\s(?:akan|bakal|telah|sudah)\b)")
_BRACKETS = re.compile(r"\([^)]*\)")
_NO_COUNT = re.compile(r"Rp|US\$|\d[\d.,]*\s*(?:%|\Z|(?:persen|tahun|bulan|hari|minggu|pekan|kali|triliun|miliar)\b)", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:di)?(?:lapor\w*|menyampaikan|sampaikan|kata\w*|mengatakan|ujar\w*|tutur\w*|ungkap\w*|jelas\w*)\s[^.;]{0,60}\Z", re.IGNORECASE
)
_OF_A_GROUP = re.compile(r"^\s*(?:para\s+)?pelaku\s+(?=(?:IKM|UMKM|UKM)\b)")
"""Who belongs to a group that is named itself ("pelaku IKM")."""
_VERB = re.compile(r"(?:me(?:m|n|ng|ny|l|r|w|y)|ber|di)[a-z]+(?:kan|i)?", re.IGNORECASE)


@cache
def source_end() -> re.Pattern[str]:
    """A word of source right before a name ("menurut")."""
    return re.compile(rf"(?<![^\W_])(?:{slots().sources})\s+(?:\S+\s+){{0,2}}\Z", re.IGNORECASE)


@cache
def works_end() -> re.Pattern[str]:
    """Words of works done right before a name: the contractor ("dikerjakan oleh PT …")."""
    return re.compile(rf"(?<![^\W_])(?:{slots().works})\s+(?:oleh\s+)?(?:PT\.?\s*)?\Z", re.IGNORECASE)


@cache
def bought_end() -> re.Pattern[str]:
    """A word of purchase right before a name ("akuisisi saham")."""
    return re.compile(rf"(?<![^\W_])(?:{slots().bought})\s+(?:[^\s,.]+\s+){{0,2}}(?:PT\.?\s*)?\Z", re.IGNORECASE)


def provided_by(left: str) -> bool:
    """Whether "oleh" or "dari" ends the stretch before a name that provides: what is given is from somebody ("pinjaman dari"), what is
    bought or moved comes from who had it ("membeli saham dari").
    """
    end = _BY_END.search(left[-16:])
    if end is None:
        return False
    if end["by"].casefold() not in ("dari", "from"):
        return True
    stretch = left[-_GIVEN_WITHIN:]
    given = [match.end() for match in pattern("slots", "given").finditer(stretch)]
    taken = [match.end() for match in pattern("slots", "taken").finditer(stretch)]
    return bool(given) and given[-1] > max(taken, default=0)


@cache
def _through_end() -> re.Pattern[str]:
    joint = r"(?:nya\b,?|[^.;]{0,80}?(?:,|\byakni|\byaitu|\bbernama))"
    return re.compile(rf"(?<![^\W_])(?:{slots().through}){joint}\s*(?:PT\.?\s*)?\Z", re.IGNORECASE)


def through(left: str) -> bool:
    """Whether the name behind is the arm through which a group pays ("melalui anak usahanya, X"; "anak usaha X" is X's)."""
    return _through_end().search(left[-140:]) is not None


@cache
def _sells_first() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:\S+\s+){{0,2}}?(?:{slots().sells})(?![^\W_])", re.IGNORECASE)


def sells(right: str) -> bool:
    """Whether a name is the subject of a selling verb."""
    return _sells_first().match(right) is not None


def receives(left: str) -> bool:
    """Whether "kepada", "untuk", "bagi" ends the stretch before a name, other than to say who was told."""
    end = _RECEIVE_END.search(left[-14:])
    return end is not None and not told(left[: len(left) - len(end.group())])


def told(left: str) -> bool:
    """Whether what stands before "kepada" is telling, not giving ("dilaporkan … kepada Bapepam")."""
    return bool(_TOLD.search(left[-80:]))


def gets(right: str) -> bool:
    """Whether a receiving verb follows a name, perhaps behind an aside ("menurut Kementerian X akan mendapat")."""
    aside = _ASIDE.match(right)
    rest = right[aside.end() :] if aside else right
    return bool(pattern("slots", "receive_verbs").search(rest[:24]))


def joined(gap: str) -> bool:
    """Whether only joining words stand between two names."""
    if len(gap) > _JOIN_GAP:
        return False
    rest = _BRACKETS.sub(" ", gap)
    rest = pattern("slots", "joins").sub(" ", rest).replace(",", " ").replace("/", " ")
    return not rest.strip(" ()\u00a0") and bool(gap.strip())


def noun_phrase(stretch: str) -> str | None:
    """The words of a receiver up to the first stop, or None where it is a time, a manner or a pronoun."""
    stretch = _BRACKETS.sub(" ", stretch[: 2 * _PHRASE])[:_PHRASE]
    cut = re.search(r"[.,](?!\d)|[;:!?\"”“\n()]|\b(?:19|20)\d\d\b(?![.,]\d)", stretch)
    stretch = stretch[: cut.start()] if cut else stretch
    stop = pattern("slots", "stops").search(stretch)
    stretch = stretch[: stop.start()] if stop else stretch
    tokens = _OF_A_GROUP.sub("", stretch).split()
    if tokens and pattern("slots", "strip_verbs").fullmatch(tokens[0]):
        tokens = tokens[1:]
    if tokens and _VERB.fullmatch(tokens[0]) and len(tokens[0]) > 6:
        return None
    if not tokens or pattern("slots", "not_receiver").fullmatch(tokens[0]) or _NO_COUNT.match(" ".join(tokens)):
        return None
    return " ".join(tokens[:MAX_WORDS])


@cache
def _counted() -> re.Pattern[str]:
    number = r"(?<![\d.,])(?<!Rp)(?<!Rp )(?P<number>\d{1,3}(?:[.,]\d{1,3})*|\d+)"
    return re.compile(rf"{number}\s?(?P<scale>ribu|juta|thousand|million)?\s+(?:{slots().counted})(?![^\W_])", re.IGNORECASE)


_SCALES = {"ribu": 1_000, "thousand": 1_000, "juta": 1_000_000, "million": 1_000_000}


def number_of(sentence: str) -> int | None:
    """How many receive, by the first number that stands before a word for receivers ("35,04 juta keluarga" → 35,040,000)."""
    match = _counted().search(sentence)
    if match is None:
        return None
    raw, scale = match["number"], (match["scale"] or "").casefold()
    if not scale:
        return int(re.sub(r"[.,]", "", raw)) if re.fullmatch(r"\d+|\d{1,3}(?:[.,]\d{3})+", raw) else None
    return round(float(raw.replace(",", ".")) * _SCALES[scale]) if raw.replace(",", ".").count(".") <= 1 else None


def leading_number(name: str) -> int | None:
    """The number a receiver's phrase begins with."""
    match = re.match(r"(\d{1,3}(?:\.\d{3})*|\w+)\s", name)
    if match is None:
        return None
    raw = match.group(1).casefold()
    if raw[0].isdigit():
        return int(raw.replace(".", ""))
    value = number_words().digits.get(raw)
    return int(value) if value is not None and value == int(value) else None
