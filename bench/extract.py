"""How well and how fast pages are read: `python -m bench.extract PAGES_DIR [--details]`.

PAGES_DIR holds `manifest.json` (`file`, `url`, `expected`: title, date in epoch milliseconds, content) and gzipped pages. The
source of a page is named by its file ("kompas-1.html.gz"). F1 is over bags of words; a dateline, which we keep apart, is put back
where the expected text begins with it. Speed is CPU time of one process, all extractors in the same run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import trafilatura
from readability import Document

from crawler.errors import ExtractionError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.generic import agreement
from crawler.extract.rules import Rules, generic_rules, rules_of
from crawler.outlets import Outlets, load_outlets
from crawler.sources import Source, load_sources

SAME = {"tempoen": "tempo", "2": "detik", "4": "detik", "travel": "detik"}
"""File name → source, where the file is called otherwise."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One saved page with what is expected of it."""

    name: str
    html: bytes
    url: str
    captured: datetime
    expected: dict[str, Any]
    source: Source | None

    def rules(self, outlets: Outlets, *, own: bool) -> Rules:
        return rules_of(self.source, outlets, self.captured.date()) if own and self.source else generic_rules(self.url, outlets)


def load(folder: Path) -> list[Sample]:
    """The pages of a folder."""
    sources = load_sources()
    samples = []
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        expected = entry["expected"] or {}
        stem = re.split(r"[-.]", entry["file"])[0]
        source = sources.get(SAME.get(stem, stem))
        stamp = expected.get("date")
        captured = datetime.fromtimestamp(int(stamp) / 1000, UTC) if stamp else datetime(2022, 12, 15, tzinfo=UTC)
        url = entry["url"] or f"https://www.{source.hosts[0] if source else 'contoh.example'}/berita/1/halaman"
        samples.append(Sample(entry["file"], gzip.decompress((folder / entry["file"]).read_bytes()), url, captured, expected, source))
    return samples


def read(sample: Sample, rules: Rules) -> PageParts | None:
    try:
        return extract_page(sample.html, sample.url, rules, now=sample.captured + timedelta(days=1))
    except ExtractionError:
        return None


def text_f1(parts: PageParts | None, expected: str) -> float:
    """F1 of the text as it stands or, where the expected text begins with the dateline, with it put back."""
    if parts is None:
        return 0.0
    begins = parts.dateline and expected.lstrip().startswith(parts.dateline[:12])
    return agreement(f"{parts.dateline} {parts.text}" if begins else parts.text, expected)


def quality(samples: list[Sample], outlets: Outlets, *, own: bool, details: bool) -> None:
    """Print mean F1, titles and minute-exact dates over the pages that have them."""
    scores, plain, titles, dates, leaks = [], [], [], [], 0
    for sample in samples:
        parts = read(sample, sample.rules(outlets, own=own))
        expected = sample.expected
        if not expected:
            continue
        scores.append(text_f1(parts, expected["content"]))
        plain.append(agreement(parts.text, expected["content"]) if parts else 0.0)
        leaks += bool(parts and re.search(r"baca juga", parts.text, re.IGNORECASE))
        moment = parts.published.moment() if parts else None
        if "title" in expected:
            titles.append(parts is not None and parts.title == expected["title"])
        if "date" in expected:
            dates.append(moment is not None and int(moment.timestamp()) // 60 == int(expected["date"]) // 60000)
        if details:
            layer = parts.layers.get("text") if parts else None
            say(f"  {sample.name:22} {scores[-1]:.3f} {layer} title {titles[-1:] or '-'} date {dates[-1:] or '-'}")
    say(
        f"{'with rules' if own else 'no rules  '}: F1 {statistics.mean(scores):.4f} (without dateline {statistics.mean(plain):.4f}) over "
        f"{len(scores)} pages, titles {sum(titles)}/{len(titles)}, dates {sum(dates)}/{len(dates)}, leaking 'baca juga' {leaks}"
    )


def speed(name: str, samples: list[Sample], one: Callable[[Sample], object]) -> None:
    """Print pages a second of CPU time."""
    for sample in samples:
        one(sample)
    start = process_time()
    for _ in range(ROUNDS):
        for sample in samples:
            one(sample)
    spent = process_time() - start
    say(f"{name:26} {ROUNDS * len(samples) / spent:7.1f} pages/s over {len(samples)} pages")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pages", type=Path)
    arguments.add_argument("--details", action="store_true")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    outlets = load_outlets()
    samples = load(options.pages)
    quality(samples, outlets, own=True, details=options.details)
    quality(samples, outlets, own=False, details=options.details)
    ruled = [s for s in samples if (parts := read(s, s.rules(outlets, own=True))) and parts.layers.get("text") == "selector"]
    speed("pantau, pages with rules", ruled, lambda sample: read(sample, sample.rules(outlets, own=True)))
    speed("pantau, no rules", ruled, lambda sample: read(sample, sample.rules(outlets, own=False)))
    speed("trafilatura (precision)", ruled, lambda s: trafilatura.bare_extraction(s.html, favor_precision=True, with_metadata=True))
    speed("readability", ruled, lambda s: Document(s.html.decode("utf-8", "replace")).summary())


if __name__ == "__main__":
    main()
