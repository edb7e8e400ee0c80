"""What belongs to the embedded engine alone: one folder, one writer, any number of readers."""

from __future__ import annotations

import os
from pathlib import Path

from api.search.base import EngineQuery, IndexInfo
from api.search.embedded import EmbeddedEngine
from tests.api.search.conftest import document


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
