"""The whole understanding of one article: language → money → entities → roles and commitments → the lists beside them.

`Pipeline.load()` once a process (about a second), then `analyse` from any thread: nothing is changed after loading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from nlp.analysis import Analysis, Money, MoneyRole
from nlp.commitments import VERSION as COMMITMENTS_VERSION
from nlp.commitments import Reader
from nlp.entities import Found, Recogniser
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
        return self.analyse_with(title, text, published=published, id=id)

    def analyse_with(
        self,
        title: str,
        text: str,
        *,
        published: date | None = None,
        id: str | None = None,  # noqa: A002
        money: Sequence[Money] | None = None,
        found: Found | None = None,
        roles: Mapping[int, MoneyRole] | None = None,
    ) -> Analysis:
        """As `analyse`, with amounts, names or roles given instead of found: how `nlp.evaluate` sees what each part loses."""
        lang = guess_language(text or title)
        names = found if found is not None else self._recogniser.recognise(title, text, published)
        amounts = tuple(find_money(text, english=lang == "en")) if money is None else tuple(money)
        reading = self._reader.read(title, text, amounts, names, published=published, given=roles)
        return Analysis(
            id=id,
            lang=lang,
            type=reading.type,
            money=reading.money,
            commitments=reading.commitments,
            organisations=names.organisations,
            people=names.people,
            programmes=names.programmes,
            entities=names.entities,
            proposals=reading.proposals,
            progress=reading.progress,
            changes=reading.changes,
            checks=reading.checks,
            components=dict(self.components),
        )
