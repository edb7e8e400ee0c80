"""Who and what an article names: organisations, people with their roles, programmes and places, each with its offsets."""

from nlp.entities.recognise import Found, Mention, Recogniser

__all__ = ["Found", "Mention", "Recogniser"]
