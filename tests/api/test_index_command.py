"""`pantau index`, `embed` and `reindex`, one after the other, on a small store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import main
from api.store.database import Database
from api.store.queue import enqueue
from tests.api.store_samples import FETCHED, put_article


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pantau.sqlite").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("PANTAU_DATA", str(tmp_path))
    database = Database.open(tmp_path / "pantau.sqlite")
    with database.write() as connection:
        put_article(connection, "a1", "Kredit untuk IKM", "Bank daerah membiayai perajin mebel.")
        put_article(connection, "a2", "Ekspor sepatu turun", "Permintaan dari Eropa melemah.")
        enqueue(connection, ["a1", "a2"], "put", FETCHED)
    database.close()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    out = capsys.readouterr()
    assert ended.value.code == 0, out.err
    found: dict[str, object] = json.loads(out.out)
    return found


def test_articles_are_searchable_by_words_first_and_get_their_vectors_later(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "index") == {"put": 2, "deleted": 0, "retried": 0, "indexed": 2}
    embedded = said(capsys, "embed")
    assert (embedded["articles"], embedded["computed"], embedded["waiting"]) == (2, 2, 0)
    assert said(capsys, "index")["put"] == 2
    assert said(capsys, "embed")["articles"] == 0
    assert said(capsys, "reindex") == {"put": 2, "deleted": 0, "retried": 0}


def test_without_an_embedder_nothing_is_embedded(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANTAU_EMBEDDER", "none")
    with pytest.raises(SystemExit) as ended:
        main(["embed"])
    assert ended.value.code == 0
    assert "nothing to embed" in capsys.readouterr().err
