"""Articles and analyses for tests of ingest and the ledger: a small analyser that reads our own markup, so that no model is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.ingest import Ingest, Match
from api.store.database import Database
from crawler.items import Article, Origin, Precision, Published, Rights, make_article
from crawler.spool import SpoolWriter
from nlp.analysis import Actor, Analysis, Commitment, Entity, EntityType, Equivalent, Evidence, Kind, Money, MoneyRole, Period, Span, Status

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FILLER = (
    "Pemerintah mendorong industri kecil agar naik kelas melalui pendampingan, akses pasar, dan pembiayaan yang lebih mudah "
    "di berbagai sentra produksi di seluruh Indonesia sepanjang tahun berjalan ini."
)


def article(
    number: int, text: str = FILLER, *, title: str = "", outlet: str = "kabar", day: str | None = "2026-11-20", **fields: Any
) -> Article:
    """A crawled article; `number` is in its URL."""
    url = fields.pop("url", f"https://{outlet}.example/berita/{number}")
    published = Published(value=day, precision=Precision.DAY, zone="Asia/Jakarta", layer="jsonld") if day else Published(reason="none")
    return make_article(
        canonical_url=url, outlet=outlet, title=title or f"Berita {number}", text=text, url=url, source="kabar", rights=Rights.FULL,
        origin=fields.pop("origin", Origin.CRAWL), run="test", fetched_at=fields.pop("fetched_at", NOW), published=published, **fields,
    )  # fmt: skip


def commitment(miliar: int | str = 100, **changes: Any) -> Commitment:
    """A commitment in rupiah (miliar) of credit, disbursed by Astra to IKM, unless `changes` say otherwise."""
    amount = Decimal(str(miliar)) * 10**9
    base: dict[str, Any] = {
        "amount_low": amount, "amount_high": amount, "currency": "IDR", "kind": Kind.CREDIT, "status": Status.DISBURSED,
        "actors": (Actor(name="Astra", canonical="PT Astra International Tbk", id="idx:ASII"),), "beneficiaries": ("IKM",),
        "evidence": Evidence(text=f"Kredit {miliar} miliar disalurkan kepada IKM.", start=0, end=20), "confidence": 0.9, "rule": "test",
    }  # fmt: skip
    return Commitment(**base | changes)


def period(year: int) -> Period:
    """A stated fiscal year."""
    return Period(start=str(year), end=str(year), stated=True)


def dollars(millions: int) -> tuple[Equivalent, ...]:
    """An equivalent in US dollars."""
    return (Equivalent(amount=Decimal(millions) * 10**6, currency="USD"),)


class Analyser:
    """Answers the commitments it was given for a text; counts how often it was asked."""

    def __init__(self, told: Mapping[str, tuple[Commitment, ...]] | None = None) -> None:
        self.told = told or {}
        self.asked = 0

    def __call__(self, title: str, text: str, *, published: date | None) -> Analysis:
        self.asked += 1
        found = next((c for key, c in self.told.items() if key in text or key in title), ())
        money = tuple(
            Money(start=0, end=4, surface=text[:4], low=c.amount_low, high=c.amount_high, currency=c.currency, role=MoneyRole.COMMITMENT)
            for c in found
        )
        astra = Entity(
            type=EntityType.COMPANY, name="Astra", canonical="PT Astra International Tbk", id="idx:ASII", mentions=(Span(start=0, end=4),)
        )
        return Analysis(lang="id", money=money, commitments=found, entities=(astra,) if found else (), components={"test": "1"})


def take(
    database: Database, data: Path, articles: list[Article], analyser: Analyser, *, match: Match | None = None, now: datetime = NOW
) -> Ingest:
    """Spool the articles and take them in; the Ingest that did it."""
    with SpoolWriter(data / "spool", f"run{now.timestamp():.0f}") as spool:
        for item in articles:
            spool.write(item)
    ingest = Ingest(database, data / "spool", analyser, match, lambda: now)
    ingest.run()
    return ingest


def later(days: float) -> datetime:
    """That many days after `NOW`."""
    return NOW + timedelta(days=days)
