"""The whole understanding of one article: language → money → entities → roles and commitments → the lists beside them.

`Pipeline.load()` once a process (about a second), then `analyse` from any thread: nothing is changed after loading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from nlp.analysis import Analysis, Commitment, Entity, Money, MoneyRole
from nlp.commitments import VERSION as COMMITMENTS_VERSION
from nlp.commitments import Reader
from nlp.embeddings.base import Embedder
from nlp.entities import Found, Recogniser
from nlp.entities.meaning import ProgrammeMeaning
from nlp.entities.opennames import VERSION as NAMES_VERSION
from nlp.lang.guess import guess_language
from nlp.money import VERSION as MONEY_VERSION
from nlp.money import find_money
from nlp.registry import Registry, load_registry


class Pipeline:
    """Turns a title and a text into an Analysis. Safe between threads."""

    def __init__(self, registry: Registry, recogniser: Recogniser, reader: Reader, meaning: ProgrammeMeaning | None = None) -> None:
        """Prefer `Pipeline.load()`."""
        self._recogniser, self._reader, self._meaning = recogniser, reader, meaning
        self.registry = registry
        self.components: Mapping[str, str] = {
            "money": MONEY_VERSION,
            "commitments": COMMITMENTS_VERSION,
            "registry": registry.version,
            "names": NAMES_VERSION,
        }

    @classmethod
    def load(cls, embedder: Embedder | None = None) -> Pipeline:
        """The pipeline over the shipped registries, rules and models. Raises RegistryError or ModelError where one is unfit.

        With the bundled embedder (the margins are set for it), programmes meant but not named are inferred too.
        """
        registry = load_registry()
        meaning = ProgrammeMeaning(registry, embedder) if embedder else None
        return cls(registry, Recogniser.load(registry), Reader.load(), meaning)

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
        meant = tuple(self._meaning.entities(text, names.entities)) if self._meaning else ()
        return Analysis(
            id=id,
            lang=lang,
            type=reading.type,
            money=reading.money,
            commitments=_with_meant(reading.commitments, meant),
            organisations=names.organisations,
            people=names.people,
            programmes=names.programmes,
            entities=(*names.entities, *meant),
            proposals=reading.proposals,
            progress=reading.progress,
            changes=reading.changes,
            checks=reading.checks,
            components=dict(self.components),
        )


def _with_meant(commitments: tuple[Commitment, ...], meant: Sequence[Entity]) -> tuple[Commitment, ...]:
    """Commitments that name no programme, with the one that their evidence means, marked as inferred."""
    spans = [(span.start, span.end, entity.id) for entity in meant for span in entity.mentions]

    def linked(item: Commitment) -> Commitment:
        said = item.evidence
        identity = next((id_ for start, end, id_ in spans if said.field == "text" and start < said.end and said.start < end), None)
        if identity is None or item.programme or item.programme_id:
            return item
        return item.model_copy(update={"programme_id": identity, "programme_inferred": True})

    return tuple(linked(item) for item in commitments) if spans else commitments
