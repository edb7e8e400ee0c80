"""What of a text may be shown: all of it, an excerpt, or nothing but a link."""

from __future__ import annotations

EXCERPT = 280
"""Code points of an excerpt; it ends with a whole word."""


def allowed(text: str, rights: str) -> tuple[str | None, bool]:
    """What of a text may be shown, and whether it goes on at the source."""
    if rights == "link":
        return None, True
    if rights == "full" or len(text) <= EXCERPT:
        return text, False
    end = text.rfind(" ", 0, EXCERPT)
    return text[: end if end > 0 else EXCERPT], True


def quotable(sentence: str, rights: str) -> str:
    """What of an evidence sentence may be shown; empty where only a link may."""
    text, cut = allowed(sentence, rights)
    return f"{text} …" if text and cut else text or ""
