"""The vectors of the embedded engine: replaced, deleted, merged, and read while another process writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.search.vectorfile import MERGE_AT, VectorFile
from api.search.vectorrows import SCALE, Entry, Rows
from tests.api.search.conftest import unit


class Watched(VectorFile):
    """A reader that lets something happen between looking which segments count and reading them."""

    meanwhile: Callable[[], None] | None = None

    def _names(self) -> tuple[str, ...]:
        names = super()._names()
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return names


def filled(folder: Path, articles: int) -> VectorFile:
    made = VectorFile(folder)
    for number in range(articles):
        made.put(f"a{number}", number, [unit(number)])
        made.commit()
    return made


def held(vectors: VectorFile) -> set[str]:
    return set(vectors.snapshot.slots)


def test_merging_keeps_every_article_and_leaves_one_segment(tmp_path: Path) -> None:
    writer = filled(tmp_path, MERGE_AT)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    assert held(writer) == held(VectorFile(tmp_path)) == {f"a{n}" for n in range(MERGE_AT)}


def test_a_reader_whose_segments_are_merged_away_before_it_reads_them_looks_again(tmp_path: Path) -> None:
    writer = filled(tmp_path, MERGE_AT - 2)
    reader = Watched(tmp_path)
    reader._loaded, reader._rows = (), Rows()

    def merge() -> None:
        for number in range(3):
            writer.put(f"b{number}", 100 + number, [unit(100 + number)])
            writer.commit()

    reader.meanwhile = merge
    reader.refresh()
    assert held(reader) == held(writer)
    assert len(held(reader)) == MERGE_AT + 1


def test_what_was_deleted_stays_deleted_after_a_merge(tmp_path: Path) -> None:
    writer = filled(tmp_path, MERGE_AT - 2)
    writer.put("a3", 0, [])
    writer.commit()
    writer.put("last", 99, [unit(99)])
    writer.commit()
    assert "a3" not in held(writer) | held(VectorFile(tmp_path))


def test_a_segment_that_no_list_names_is_not_read_and_is_cleared_away(tmp_path: Path) -> None:
    """A kill between a segment and the list of segments leaves such a one."""
    writer = filled(tmp_path, 2)
    writer.put("killed", 7, [unit(7)])
    writer._seal(writer._pending)
    heir = VectorFile(tmp_path)
    assert held(heir) == {"a0", "a1"}
    heir.put("next", 8, [unit(8)])
    heir.commit()
    assert held(VectorFile(tmp_path)) == {"a0", "a1", "next"}
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_what_was_put_and_rolled_back_is_not_there(tmp_path: Path) -> None:
    writer = filled(tmp_path, 1)
    writer.put("b", 5, [unit(5)])
    writer.rollback()
    writer.commit()
    assert held(writer) == {"a0"}


def test_a_snapshot_does_not_change_with_later_commits(tmp_path: Path) -> None:
    writer = filled(tmp_path, 3)
    before = writer.snapshot
    writer.put("a1", 1, [unit(50)])
    writer.put("new", 9, [unit(1)])
    writer.commit()
    assert before.near(unit(1), 1)[0][0] == "a1"
    assert writer.snapshot.near(unit(1), 1)[0][0] == "new"


def test_rows_that_were_replaced_many_times_hide_nothing(tmp_path: Path) -> None:
    writer = VectorFile(tmp_path)
    writer.put("near", 1, [unit(1)])
    for number in range(40):
        writer.put(f"b{number}", 100 + number, [unit(100 + number)] * 10)
    writer.commit()
    for _ in range(90):
        writer.put("moving", 2, [unit(1)])
        writer.commit()
    writer.put("moving", 2, [unit(2)])
    writer.commit()
    assert writer.snapshot.near(unit(1), 1)[0][0] == "near"


def test_only_keys_that_are_asked_for_are_found(tmp_path: Path) -> None:
    snapshot = filled(tmp_path, 20).snapshot
    found = snapshot.near(unit(3), 5, np.array([4, 9, 777], dtype=np.int64))
    assert {article for article, _ in found} == {"a4", "a9"}
    assert snapshot.near(unit(3), 5, np.array([], dtype=np.int64)) == []


def test_keys_are_found_after_an_article_was_replaced(tmp_path: Path) -> None:
    writer = filled(tmp_path, 20)
    writer.put("a9", 9, [unit(50)])
    writer.commit()
    found = writer.snapshot.near(unit(50), 5, np.array([4, 9, 777], dtype=np.int64))
    assert [article for article, _ in found] == ["a9", "a4"]


def test_an_empty_file_answers_nothing(tmp_path: Path) -> None:
    empty = VectorFile(tmp_path).snapshot
    assert empty.near(unit(1), 10) == []
    assert empty.near(unit(1), 10, np.array([1], dtype=np.int64)) == []
    assert empty.closeness(unit(1), ["a"]) == {}


def test_readers_and_a_writer_at_once_never_see_half_a_commit(tmp_path: Path) -> None:
    """Articles come in pairs, one commit each; a reader that sees one of a pair sees the other."""
    writer = VectorFile(tmp_path)
    done = threading.Event()
    wrong: list[set[str]] = []

    def read() -> None:
        reader = VectorFile(tmp_path)
        while not done.is_set():
            reader.refresh()
            seen = held(reader)
            if {name[1:] for name in seen if name[0] == "a"} != {name[1:] for name in seen if name[0] == "b"}:
                wrong.append(seen)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(3 * MERGE_AT):
        writer.put(f"a{number}", 2 * number, [unit(number)])
        writer.put(f"b{number}", 2 * number + 1, [unit(number)])
        writer.commit()
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=60), st.integers(1, 8))
def test_any_order_of_replacing_and_deleting_leaves_the_last_word(steps: list[tuple[int, int]], batch: int) -> None:
    rows, expected = Rows(), dict[str, int]()
    for start in range(0, len(steps), batch):
        entries = {}
        for number, count in steps[start : start + batch]:
            made = np.array([unit(number + n) * SCALE for n in range(count)], dtype=np.int8).reshape(count, 384)
            entries[f"a{number}"] = Entry(number, made)
            expected[f"a{number}"] = count
        rows.add(entries)
    snapshot = rows.snapshot()
    lengths = {article: int(snapshot.ends[slot] - snapshot.starts[slot]) for article, slot in snapshot.slots.items()}
    assert lengths == {article: count for article, count in expected.items() if count}
    assert sum(lengths.values()) == int((snapshot.ends - snapshot.starts).sum())
    for article in snapshot.slots:
        assert snapshot.key_of(article) == int(article[1:])
        assert snapshot.closeness(unit(int(article[1:])), [article])[article] == pytest.approx(1.0, abs=0.02)
    keys = list(range(-1, 15))
    assert snapshot.ids_of(keys) == [f"a{key}" if f"a{key}" in snapshot.slots else None for key in keys]
    best, probe = snapshot.scan(unit(3)).best, np.rint(unit(3) * SCALE)
    for slot in snapshot.slots.values():
        assert best[slot] == (snapshot.matrix[snapshot.starts[slot] : snapshot.ends[slot]] @ probe).max()


@pytest.mark.parametrize("chunks", [1, 40])
def test_an_article_of_many_chunks_takes_one_place(tmp_path: Path, chunks: int) -> None:
    writer = filled(tmp_path, 10)
    writer.put("long", 99, [unit(3)] * chunks)
    writer.commit()
    found = [article for article, _ in writer.snapshot.near(unit(3), 11)]
    assert len(found) == len(set(found)) == 11
    assert set(found[:2]) == {"a3", "long"}
