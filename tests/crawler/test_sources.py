"""Source and outlet files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.errors import SourceError
from crawler.outlets import load_outlets
from crawler.sources import SOURCES, Source, Status, load_source, load_sources

GOOD = """\
name: contoh
title: Contoh
outlet: contoh
kind: trade
hosts: [contoh.example]
status: declared
evidence: {research: written for this test}
rights: full
discovery:
  - {kind: feed, url: "https://contoh.example/rss"}
article: {pattern: '/berita/\\d+/'}
expected_per_day: {low: 1, high: 5}
"""


def write(folder: Path, text: str, name: str = "contoh") -> Path:
    path = folder / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_file_becomes_a_source(tmp_path: Path) -> None:
    source = load_source(write(tmp_path, GOOD))
    assert source.is_article("https://www.contoh.example/berita/12/pabrik-baru")
    assert not source.is_article("https://contoh.example/tentang")
    assert not source.is_article("https://bukancontoh.example/berita/12/x")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: trade", "kind: blog", ":4: kind:"),
        ('"https://contoh.example/rss"', '"ftp://contoh.example/rss"', ":10: discovery.0.feed.url: must start with http"),
        ("pattern: '/berita/\\d+/'", "pattern: '/berita/('", ":11: article.pattern: not a regular expression"),
        ("high: 5", "high: 0.5", ":12: expected_per_day: low is greater than high"),
        ("rights: full", "rights: full\ncolour: red", ":9: colour:"),
        ("rights: full", "rights: full\nselectors: [{version: '1', body: ['div..x']}]", ":9: selectors.0.body.0: not a selector"),
        ("name: contoh", "name: lain", ":1: name: is 'lain', the file is called 'contoh'"),
        ("evidence: {research: written for this test}", "evidence: {}", "declared needs evidence.research"),
        ("status: declared", "status: verified", "verified needs evidence.captured"),
        ("title: Contoh", "title: Contoh\ntitle: Dua", ":3: 'title' is given twice"),
        ("rights: full", "rights: [full", "expected"),
    ],
)
def test_a_wrong_source_stops_with_file_line_and_field(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(SourceError) as caught:
        load_source(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_a_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no source"):
        load_sources(tmp_path)


def test_variables_stand_in_for_what_is_known_only_at_run_time(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("https://contoh.example/rss", "${base}/rss"))
    assert load_source(path, {"base": "http://127.0.0.1:9"}).discovery[0].url == "http://127.0.0.1:9/rss"


def test_a_verification_older_than_two_years_counts_as_declared(tmp_path: Path) -> None:
    text = GOOD.replace("status: declared", "status: verified").replace("{research: written for this test}", "{captured: 2024-01-15}")
    source = load_source(write(tmp_path, text))
    assert source.status_on(date(2026, 1, 15)) is Status.VERIFIED
    assert source.status_on(date(2026, 2, 15)) is Status.DECLARED


@pytest.mark.parametrize("source", load_sources().values(), ids=lambda source: source.name)
def test_each_shipped_source_is_short_and_of_a_known_outlet(source: Source) -> None:
    lines = (SOURCES / f"{source.name}.yml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert source.outlet in load_outlets().by_id
    assert "crawl.md" in (source.evidence.research or "") or source.evidence.captured


@pytest.mark.parametrize(
    ("name", "url", "outlet"),
    [
        ("kontan", None, "kontan"),
        ("Kontan", "https://internasional.kontan.co.id/news/x", "kontan"),
        ("pusatdata.kontan.co.id", None, "kontan"),
        ("", "https://www.kompas.com/read/1", "kompas"),
        ("kompas.id", None, "kompas-id"),
        ("m.contoh.example", None, "contoh.example"),
        ("Koran Kita", None, "koran-kita"),
        ("", None, "unknown"),
        (None, "https://beritakita.example/1", "beritakita.example"),
    ],
)
def test_names_and_hosts_map_to_one_outlet(name: str | None, url: str | None, outlet: str) -> None:
    assert load_outlets().resolve(name, url) == outlet


def test_an_extra_outlet_file_may_not_claim_a_name_twice(tmp_path: Path) -> None:
    extra = write(tmp_path, "kontan-lain: {label: Kontan}\n", "outlets")
    with pytest.raises(SourceError, match="belongs to both"):
        load_outlets(extra)
