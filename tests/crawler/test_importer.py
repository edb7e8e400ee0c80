"""`pantau import`: rows into the spool, resumable, idempotent, every refusal with line and reason."""

from __future__ import annotations

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.importer import ImportProgress, Refusal, import_paths
from crawler.items import Article, Origin, Precision
from crawler.sources import load_sources
from crawler.spool import read_segment, segments

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def row(number: int, **fields: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": f"a-{number}",
        "url": f"https://www.kontan.co.id/news/berita-{number}",
        "outlet": "Kontan",
        "title": f"Pabrik {number} dibuka",
        "published": "Selasa, 29 Januari 2019 / 20:44 WIB",
        "text": f"Pabrik nomor {number} dibuka di Karawang oleh menteri.",
    }
    return base | fields


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def run(data: Path, *paths: Path) -> tuple[ImportProgress, list[Refusal]]:
    reports = list(import_paths(paths, data=data, run="r1", now=NOW, sources=load_sources()))
    return reports[-1], [refusal for report in reports for refusal in report.refusals]


def spooled(data: Path) -> list[Article]:
    return [Article.model_validate(o) for path in segments(data / "spool") for _, o in read_segment(path)]


def test_rows_become_articles_of_one_outlet(tmp_path: Path) -> None:
    last, refusals = run(tmp_path, write(tmp_path / "in.jsonl", [row(1), row(2, outlet="pusatdata.kontan.co.id")]))
    assert (last.added, last.refused, refusals) == (2, 0, [])
    first = spooled(tmp_path)[0]
    assert (first.outlet, first.external_id, first.origin) == ("kontan", "a-1", Origin.IMPORT)
    assert first.canonical_url == "https://kontan.co.id/news/berita-1"
    assert first.published.value == "2019-01-29T20:44:00+07:00"
    assert {a.outlet for a in spooled(tmp_path)} == {"kontan"}


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [row(n) for n in range(60)])
    run(tmp_path, path)
    last, _ = run(tmp_path, path)
    assert (last.added, last.known) == (0, 60)
    assert len(spooled(tmp_path)) == 60


def test_one_url_with_two_texts_is_two_versions_and_stays_so(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [row(1), row(2, url=row(1)["url"], text="Teks yang lain.")])
    run(tmp_path, path)
    run(tmp_path, path)
    versions = spooled(tmp_path)
    assert len({v.article_id for v in versions}) == 1
    assert len({v.version_id for v in versions}) == len(versions) == 2


def test_rows_without_url_get_ids_of_outlet_and_row(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [row(1, url=None), row(1, url=None, outlet="Antara"), row(2, url="not a url")])
    run(tmp_path, path)
    assert len({a.article_id for a in spooled(tmp_path)}) == 3
    assert all(a.url is None for a in spooled(tmp_path))


def test_the_order_of_an_undeclared_outlets_figures_is_learnt_from_the_file(tmp_path: Path) -> None:
    rows = [row(n, outlet="Koran Kita", url=None, published=p) for n, p in enumerate(["9/10/2025 08:00", "9/21/2025 08:00"])]
    run(tmp_path, write(tmp_path / "in.jsonl", rows))
    assert [a.published.value for a in spooled(tmp_path)] == ["2025-09-10T08:00:00+07:00", "2025-09-21T08:00:00+07:00"]


def test_a_date_that_cannot_be_decided_is_kept_as_undated_with_the_reason(tmp_path: Path) -> None:
    last, _ = run(tmp_path, write(tmp_path / "in.jsonl", [row(1, outlet="Koran Kita", url=None, published="9/10/2025")]))
    (article,) = spooled(tmp_path)
    assert last.undated == 1
    assert article.published.precision is Precision.NONE
    assert "cannot be decided" in (article.published.reason or "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"id": "\xff"}', "not UTF-8"),
        (json.dumps(row(1, text="  ")).encode(), "no text"),
        (json.dumps(row(1, id="", url="")).encode(), "neither an id nor a web address"),
        (json.dumps(row(1, title=["a"])).encode(), "a field holds a list"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_line_and_the_rest_goes_on(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(json.dumps(row(7)).encode() + b"\n" + line + b"\n" + json.dumps(row(8)).encode() + b"\n")
    last, (refusal,) = run(tmp_path, path)
    assert (last.added, last.refused, refusal.line) == (2, 1, 2)
    assert reason in refusal.reason


def test_characters_that_no_store_takes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "1", "outlet": "x", "text": "nol \\u0000 dan \\ud800 hilang"}\n', encoding="utf-8")
    run(tmp_path, path)
    assert spooled(tmp_path)[0].text == "nol  dan  hilang"


def test_csv_is_read_with_its_header_quotes_and_separator(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(row(1)), delimiter=";")
        writer.writeheader()
        writer.writerow(row(1, text='Baris satu.\nBaris "dua"; selesai.'))
    last, refusals = run(tmp_path, path)
    assert (last.added, refusals) == (1, [])
    assert spooled(tmp_path)[0].text == 'Baris satu.\nBaris "dua"; selesai.'


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("in.jsonl", b"", "empty"),
        ("in.jsonl.gz", b"plain text", "is named .gz but is not gzip"),
        ("in.jsonl.gz", gzip.compress(b'{"id": 1}\n' * 1000, mtime=0)[:-20], "damaged gzip"),
        ("in.csv", b"name,price\na,1\n", "must name the columns"),
        ("in.pdf", b"<html><body>bukan pdf</body></html>", "is named like PDF but is not"),
        ("in.jsonl", b"%PDF-1.7 ...", "is named like JSONL but is PDF"),
        ("in.csv", b"PK\x03\x04\x00", "is named like CSV but is DOCX"),
        ("in.xyz", b"abc", "unknown kind of file"),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused_with_the_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    last, refusals = run(tmp_path / "data", tmp_path / name)
    assert (last.added, len(refusals)) == (0, 1)
    assert reason in str(refusals[0])


def test_a_missing_file_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    last, refusals = run(tmp_path, tmp_path / "none.jsonl", write(tmp_path / "in.jsonl", [row(1)]))
    assert last.added == 1
    assert "cannot be read" in refusals[0].reason


def test_a_killed_import_continues_where_it_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [row(n) for n in range(300)])
    code = (
        "import os, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\nfrom crawler.importer import import_paths\n"
        "for p in import_paths([Path(sys.argv[1])], data=Path(sys.argv[2]), run='k', now=datetime.now(UTC), sources={}):\n"
        "    if p.added >= int(sys.argv[3]): os.kill(os.getpid(), 9)\n"
    )
    for stop in (50, 50, 100):
        done = subprocess.run([sys.executable, "-c", code, path, tmp_path, str(stop)], check=False, env=os.environ)
        assert done.returncode == -signal.SIGKILL
    last, _ = run(tmp_path, path)
    counts = Counter(a.article_id for a in spooled(tmp_path))
    assert len(counts) == 300
    assert last.added == 100
    assert not list((tmp_path / "spool").glob("*.part"))
