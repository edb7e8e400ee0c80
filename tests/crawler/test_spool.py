"""The spool: segments are whole or absent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import SpoolError
from crawler.items import Article, Origin, make_article
from crawler.spool import SpoolWriter, read_segment, recover, segments

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def article(number: int) -> Article:
    return make_article(
        canonical_url=f"https://contoh.example/{number}",
        outlet="contoh",
        title="Pabrik baru",
        text=f"Pabrik ke-{number} dibuka.",
        source="contoh",
        origin=Origin.CRAWL,
        run="r",
        fetched_at=NOW,
    )


def read_all(folder: Path) -> list[Article]:
    return [Article.model_validate(row) for path in segments(folder) for _, row in read_segment(path)]


def test_a_segment_closes_when_it_is_full(tmp_path: Path) -> None:
    durable: list[Sequence[Article]] = []
    writer = SpoolWriter(tmp_path, "r", on_durable=durable.append, max_articles=2)
    for number in range(3):
        writer.write(article(number))
    assert [len(held) for held in durable] == [2]
    assert len(read_all(tmp_path)) == 2
    writer.flush()
    assert read_all(tmp_path) == [article(number) for number in range(3)]


def test_a_segment_closes_when_it_is_old(tmp_path: Path) -> None:
    time = [0.0]
    writer = SpoolWriter(tmp_path, "r", clock=lambda: time[0])
    writer.write(article(1))
    writer.tick()
    assert not segments(tmp_path)
    time[0] = 5.0
    writer.tick()
    assert len(segments(tmp_path)) == 1


def test_the_archive_is_flushed_before_and_urls_marked_after(tmp_path: Path) -> None:
    steps: list[str] = []

    def flushed() -> None:
        steps.append(f"archive, segments: {len(segments(tmp_path))}")

    def durable(held: Sequence[Article]) -> None:
        steps.append(f"{len(held)} durable, segments: {len(segments(tmp_path))}")

    with SpoolWriter(tmp_path, "r", before_close=flushed, on_durable=durable) as writer:
        writer.write(article(1))
    assert steps == ["archive, segments: 0", "1 durable, segments: 1"]


@pytest.mark.parametrize("tail", [b"", b'{"half": ', b"not json\n", b'{"a": 1}'])
def test_what_a_killed_run_left_is_cut_to_its_last_whole_line(tmp_path: Path, tail: bytes) -> None:
    whole = article(1).model_dump_json().encode() + b"\n"
    (tmp_path / "20261124T000000Z-r-000001.jsonl.part").write_bytes(whole + tail)
    sealed = recover(tmp_path)
    assert sealed == segments(tmp_path)
    assert read_all(tmp_path) == [article(1)]


def test_a_part_without_a_whole_line_is_removed(tmp_path: Path) -> None:
    (tmp_path / "20261124T000000Z-r-000001.jsonl.part").write_bytes(b'{"half')
    assert recover(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_part_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "r")
    writer.write(article(1))
    assert recover(tmp_path) == []
    writer.flush()
    assert read_all(tmp_path) == [article(1)]


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="cannot be made"):
        SpoolWriter(tmp_path / "file" / "spool", "r")
