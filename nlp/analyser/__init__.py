"""Tokens of titles, texts and queries: made here once, for both search engines.

`tokens(text)` gives every word with its place (code points), its `exact` form (NFKC, case folded, accents removed) and its `stem`.
Engines index the forms joined by spaces with a whitespace analyser, so that two engines see the very same words.
"""

from nlp.analyser.stems import stem
from nlp.analyser.tokens import Token, exact_line, lines, matching, stem_line, tokens

__all__ = ["Token", "exact_line", "lines", "matching", "stem", "stem_line", "tokens"]
