"""The whole understanding of one article: language → money → entities → roles and commitments → the lists beside them.

`Pipeline.load()` once a process (about a second), then `analyse` from any thread: nothing is changed after loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from nlp.analysis import Analysis
from nlp.commitments import VERSION as COMMITMENTS_VERSION
from nlp.commitments import Reader
from nlp.entities import Recogniser
from nlp.lang.guess import guess_language
from nlp.money import VERSION as MONEY_VERSION
from nlp.money import find_money
from nlp.registry import Registry, load_registry


class Pipeline:
    """Turns a title and a text into an Analysis. Safe between threads."""

    def __init__(self, registry: Registry, recogniser: Recogniser, reader: Reader) -> None:
        """Prefer `Pipeline.load()`."""
        self._recogniser, self._reader = recogniser, reader
        self.components: Mapping[str, str] = {"money": MONEY_VERSION, "commitments": COMMITMENTS_VERSION, "registry": registry.version}

    @classmethod
    def load(cls) -> Pipeline:
        """The pipeline over the shipped registries, rules and models. Raises RegistryError or ModelError where one is unfit."""
        registry = load_registry()
        return cls(registry, Recogniser.load(registry), Reader.load())

    def analyse(self, title: str, text: str, *, published: date | None = None, id: str | None = None) -> Analysis:  # noqa: A002
        """Everything inferred from one article. Any two strings will do; offsets count code points of the strings as given."""
        lang = guess_language(text or title)
        english = lang == "en"
        found = self._recogniser.recognise(title, text, published)
        money = tuple(find_money(text, english=english))
        reading = self._reader.read(title, text, money, found, published=published)
        return Analysis(
            id=id,
            lang=lang,
            type=reading.type,
            money=reading.money,
            commitments=reading.commitments,
            organisations=found.organisations,
            people=found.people,
            programmes=found.programmes,
            entities=found.entities,
            proposals=reading.proposals,
            progress=reading.progress,
            changes=reading.changes,
            checks=reading.checks,
            components=dict(self.components),
        )
