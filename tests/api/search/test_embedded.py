"""What belongs to the embedded engine alone: one folder, one writer, any number of readers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from api.search.base import EngineQuery, IndexInfo, Keyword
from api.search.embedded import EmbeddedEngine
from tests.api.search.conftest import document, unit


def test_a_reader_sees_two_commits_that_fall_into_one_tick_of_the_clock(tmp_path: Path) -> None:
    writer = EmbeddedEngine(tmp_path, IndexInfo(model="test"))
    reader = EmbeddedEngine(tmp_path, IndexInfo(model="test"))
    meta = writer.folder / "words" / "meta.json"
    for present in (["a00001"], ["a00002"]):
        writer.delete(["a00001"])
        writer.put(document(int(name[1:])) for name in present)
        writer.commit()
        os.utime(meta, ns=(0, 0))
        assert [h.id for h in reader.search(EngineQuery()).hits] == present
    writer.close()


def test_a_filter_that_none_of_the_nearest_holds_for_finds_the_nearest_of_the_others(tmp_path: Path) -> None:
    """Where too few of the nearest articles hold, all that the filter holds for are listed."""
    engine = EmbeddedEngine(tmp_path, IndexInfo(model="test"))
    engine.put(document(n, vectors=(unit(n if n % 3 else 1),)) for n in range(600))
    engine.commit()
    found = engine.near(unit(1), Keyword("kind", ("investment",)), 5)
    closeness = engine.closeness(unit(1), [f"a{n:05d}" for n in range(600) if n % 3])
    assert found == sorted(closeness.items(), key=lambda pair: -pair[1])[:5]
    engine.close()


def test_a_filter_that_holds_for_most_finds_the_nearest_of_all_it_holds_for(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path, IndexInfo(model="test"))
    engine.put(document(n, vectors=(unit(n), unit(n + 7000))[: n % 2 + 1]) for n in range(600))
    engine.commit()
    where, probe = Keyword("kind", ("investment",)), np.asarray(unit(9) + unit(10), dtype=np.float32)
    closeness = engine.closeness(probe, [f"a{n:05d}" for n in range(600) if n % 3])
    best = sorted(closeness.items(), key=lambda pair: -pair[1])[:10]
    assert engine.near(probe, where, 10) == best
    engine.close()
