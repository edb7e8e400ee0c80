"""Invented articles and notices for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from api.alerts.matching import Arrival
from api.alerts.model import Fact, Notice, Reason, Subject, Watch
from nlp.analysis import Actor, Analysis, Commitment, Entity, EntityType, Evidence, Kind, Organisation, Progress, Recipient, Span, Status

NOW = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
MAKER, BANK, SCHEME = "idx:ASII", "idx:BBRI", "prog:kur"
TITLE = "Produsen mesin salurkan kredit kepada perajin"
TEXT = "Perusahaan itu menyalurkan kredit Rp 100 miliar kepada industri kecil. Bank rakyat hadir dalam acara itu."
SENTENCE = "Perusahaan itu menyalurkan kredit Rp 100 miliar kepada industri kecil."


def commitment(**changes: object) -> Commitment:
    """Rp 100 miliar of credit by the maker to small industry."""
    made = Commitment(
        amount_low=Decimal(100_000_000_000),
        amount_high=Decimal(100_000_000_000),
        currency="IDR",
        kind=Kind.CREDIT,
        status=Status.DISBURSED,
        actors=(Actor(name="Produsen", canonical="PT Astra International Tbk", id=MAKER),),
        beneficiaries=("industri kecil",),
        recipients=(Recipient(name="industri kecil", id="group:ikm"),),
        evidence=Evidence(text=SENTENCE, start=0, end=len(SENTENCE)),
    )
    return made.model_copy(update=changes)


def mention(name: str, *places: int, field: str = "text", kind: EntityType = EntityType.COMPANY) -> Entity:
    """An entity with this registry id, named at these offsets."""
    spans = tuple(Span(start=at, end=at + 4, field="title" if field == "title" else "text") for at in places)
    return Entity(type=kind, name=name, canonical=name, id=name, mentions=spans)


def analysis(*commitments: Commitment, entities: tuple[Entity, ...] = (), progress: tuple[Progress, ...] = ()) -> Analysis:
    """An analysis with these commitments and entities, and an organisation for each entity."""
    bodies = tuple(Organisation(name=e.name, canonical=e.canonical, id=e.id) for e in entities)
    return Analysis(commitments=commitments, entities=entities, organisations=bodies, progress=progress)


def arrival(found: Analysis | None = None, **changes: object) -> Arrival:
    """An article that came by crawl an hour ago; by default with the one commitment of `commitment()`."""
    found = analysis(commitment()) if found is None else found
    fields: dict[str, object] = {
        "article_id": "a" * 16, "title": TITLE, "text": TEXT, "outlet": "kabar", "url": "https://kabar.example/1", "rights": "full",
        "published": NOW - timedelta(hours=1), "origin": "crawl", "story_id": 1, "analysis": found,
        "fact_ids": tuple(range(11, 11 + len(found.commitments))), "pledge_ids": tuple(range(21, 21 + len(found.commitments))),
    }  # fmt: skip
    return Arrival(**(fields | changes))  # type: ignore[arg-type]  # the fields are those of Arrival


def watch(subject: Subject = Subject.COMPANY, value: str = MAKER, **changes: object) -> Watch:
    """A watch of a@example.org, by default on the maker."""
    fields: dict[str, object] = {"id": 1, "subject": subject, "value": value, "label": value, "email": "a@example.org", "created_at": NOW}
    return Watch(**(fields | changes))  # type: ignore[arg-type]  # the fields are those of Watch


def notice(**changes: object) -> Notice:
    """What a person is told about the sample article."""
    fact = Fact(
        Decimal(100_000_000_000), Decimal(100_000_000_000), "IDR", True, "credit", "disbursed",
        ("PT Astra International Tbk",), ("industri kecil",), "Link and Match IKM", SENTENCE,
    )  # fmt: skip
    fields: dict[str, object] = {
        "article_id": "a" * 16, "title": TITLE, "outlet": "Kabar Industri", "url": "https://kabar.example/1?a=1&b=2",
        "published": NOW, "rights": "full", "lead": TEXT, "reasons": (Reason(1, "PT Astra International Tbk", "pays"),), "facts": (fact,),
    }  # fmt: skip
    return Notice(**(fields | changes))  # type: ignore[arg-type]  # the fields are those of Notice


def no_query(query: str, found: Arrival) -> tuple[int, ...] | None:
    """A query evaluator for tests without query watches."""
    raise AssertionError(f"nothing asked for {query!r} on {found.article_id}")
