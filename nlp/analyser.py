"""Tokens of titles, texts and queries: made once here, indexed by both engines."""
