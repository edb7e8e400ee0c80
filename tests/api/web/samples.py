"""A small store made by the real chain: articles → spool → ingest → index. The texts are made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api import parts
from api.config import Settings
from api.intake import open_ingest
from api.search.indexer import Indexer
from crawler.items import Article, Origin, Precision, Published, Rights, make_article
from crawler.spool import SpoolWriter

NOW = datetime(2022, 11, 3, 2, 0, tzinfo=UTC)
EVENT = (
    "Kementerian Perindustrian bersama Kadin Indonesia dan PT Astra International Tbk menyalurkan kredit sekitar Rp 100 miliar "
    "kepada IKM lewat program Link and Match IKM.\nProgram itu menghubungkan IKM dengan industri besar, kata Menteri Perindustrian "
    "Agus Gumiwang Kartasasmita."
)
SMELTER = "Smelter nikel di Morowali menelan Rp 12 triliun. Pabrik itu mulai bekerja tahun depan. Sebanyak 900 orang bekerja di sana."
EDITED = SMELTER.replace("Rp 12 triliun", "Rp 1,2 triliun").replace(" Sebanyak 900 orang bekerja di sana.", "\nBupati hadir di peresmian.")
CRUEL = "<script>alert('judul')</script> & \"kutip\" <b>tebal</b>"
CRUEL_TEXT = (
    "PT Bank Mandiri Tbk akan menyalurkan <img src=x onerror=alert(1)> kredit Rp 5 miliar kepada <script>alert(2)</script> perajin mebel.\n"
    "</p></main>{{ 7 * 7 }} ${7*7} javascript:alert(3)"
)


def made(number: int, outlet: str, title: str, text: str, **changes: Any) -> Article:
    """One article of 1 November 2022, an hour apart from the next."""
    at = datetime(2022, 11, 1, 3, 0, tzinfo=UTC) + timedelta(hours=number)
    url = f"https://{outlet}.example/{number}"
    fields: dict[str, Any] = {
        "source": outlet, "origin": Origin.CRAWL, "run": "test", "fetched_at": NOW, "url": url, "rights": Rights.FULL,
        "published": Published(value=at.isoformat(), precision=Precision.MINUTE, zone="stated", layer="jsonld"),
    }  # fmt: skip
    return make_article(canonical_url=url, outlet=outlet, title=title, text=text, **(fields | changes))


def articles() -> list[Article]:
    """The event in two outlets, another bank's plan, a cruel one, one that may only be linked, one without a date, one that
    was edited, many about rattan."""
    many = [
        made(20 + n, "rotan", f"Ekspor rotan naik pekan ke-{n}", f"Perajin rotan di Cirebon menambah pesanan pekan ke-{n}. " * 3)
        for n in range(25)
    ]
    return [
        made(1, "kabar", "Link and Match IKM diluncurkan", EVENT),
        made(2, "niaga", "Link and Match IKM diluncurkan", EVENT),
        made(3, "kabar", CRUEL, CRUEL_TEXT),
        made(
            4, "niaga", "Investasi pabrik baru", "PT Astra International Tbk akan menginvestasikan Rp 2 triliun. " * 12, rights=Rights.LINK
        ),
        made(5, "kabar", "Tanpa tanggal", "Kredit mebel dibahas tanpa tanggal.", published=Published(reason="none found")),
        made(6, "kabar", "Smelter Morowali dibangun", SMELTER),
        made(6, "kabar", "Smelter Morowali mulai dibangun", EDITED, fetched_at=NOW + timedelta(hours=6)),
        *many,
    ]


def fill(data: Path, chosen: list[Article] | None = None, **changes: Any) -> Settings:
    """A data directory with the articles (`chosen`, else the samples) ingested and indexed; the settings to serve it."""
    made_of: dict[str, Any] = {"data": data, "embedder": "none", "rate_limit": 100_000} | changes
    settings = Settings(**made_of)
    with SpoolWriter(data / "spool", "test") as spool:
        for article in articles() if chosen is None else chosen:
            spool.write(article)
    with open_ingest(settings, alerts=False) as ingest:
        ingest.run()
    database = parts.open_database(settings)
    engine = parts.open_engine(settings, "none")
    try:
        Indexer(database, engine, "none").drain()
    finally:
        engine.close()
        database.close()
    return settings
