"""The whole chain as a newcomer runs it: `pantau demo` on the bundled newsroom, then search, ledger, export and API, from outside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EVENT = "Link and Match IKM"


def pantau(*arguments: str, data: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PANTAU_")}
    command = [sys.executable, "-m", "api.cli", "--data", str(data), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=240, check=False)


def answer(*arguments: str, data: Path) -> Any:
    """The JSON a command prints; it must succeed."""
    done = pantau(*arguments, "--json", data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory filled by `pantau demo`."""
    root = tmp_path_factory.mktemp("demo")
    done = pantau("demo", "--no-serve", data=root)
    assert done.returncode == 0, done.stderr
    return root / "demo"


def test_the_demo_brings_every_article_into_the_search_index(data: Path) -> None:
    found = answer("search", "", "--limit", "1", data=data)
    assert found["total"] >= 40
    assert len(found["facets"]["outlet"]) >= 6


def test_a_second_demo_finds_nothing_new(data: Path) -> None:
    again = pantau("demo", "--no-serve", data=data.parent)
    assert "crawl: 0 new articles" in again.stderr


def test_the_event_told_by_three_outlets_is_one_pledge_with_its_facts(data: Path) -> None:
    rows = answer("pledges", "list", "--programme", EVENT, data=data)["pledges"]
    (pledge,) = [p for p in rows if p["date"] == "2022-11-01"]
    assert (pledge["amount_low"], pledge["currency"], pledge["approx"]) == ("100000000000", "IDR", True)
    assert (pledge["kind"], pledge["status"]) == ("credit", "disbursed")
    assert {p["registry_id"] for p in pledge["actors"]} == {"gov:kemenperin", "org:kadin", "idx:ASII"}
    assert (pledge["sightings"], pledge["outlets"]) == (3, 3)


def test_a_query_for_facts_of_one_commitment_finds_the_event(data: Path) -> None:
    found = answer("search", "by:ASII kind:kredit amount:>=50 miliar date:2022-11", data=data)
    assert found["total"] >= 1
    assert any(EVENT in json.dumps(h["facts"]) for h in found["hits"])


def test_an_english_question_finds_indonesian_articles(data: Path) -> None:
    found = answer("search", "which carmaker gave credit to small industry together with the ministry", "--limit", "5", data=data)
    assert any("IKM" in h["title"]["text"] and h["lang"] == "id" for h in found["hits"])


def test_words_are_marked_in_snippets_also_where_only_the_stem_matches(data: Path) -> None:
    found = answer("search", "penyaluran kredit", "--mode", "words", data=data)
    marked = {h["snippet"]["text"][a:b].lower() for h in found["hits"] for a, b in h["snippet"]["marks"]}
    assert marked & {"menyalurkan", "disalurkan", "salurkan"}


def test_an_unreadable_query_is_told_with_place_and_suggestion_and_exit_code_2(data: Path) -> None:
    done = pantau("search", "fo?o", data=data)
    assert (done.returncode, done.stderr.strip()) == (
        2, "pantau: Of * and ?, only * may end a word, after three letters: kred* (at character 3); try: foo",
    )  # fmt: skip


def test_an_export_can_be_read_back(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "pledges.jsonl"
    done = pantau("export", "--format", "jsonl", "--output", str(target), data=data)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert any(row["programme"] == EVENT and row["evidence"] for row in rows)


def test_analyse_reads_json_lines_and_tells_what_it_cannot_read(data: Path) -> None:
    lines = '{"id": "a", "title": "", "text": "BRI menyalurkan kredit Rp 5 miliar kepada koperasi."}\nbukan json\n'
    done = pantau("analyse", data=data, stdin=lines)
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (found["id"], found["money"][0]["low"]) == ("a", 5_000_000_000)
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_extract_gives_an_article_for_a_page(data: Path) -> None:
    paragraphs = "".join(f"<p>Paragraf {n} tentang industri kecil yang menerima pembiayaan dari bank di daerah.</p>" for n in range(8))
    html = f"<html><head><title>Judul</title></head><body><article><h1>Judul berita</h1>{paragraphs}</article></body></html>"
    done = pantau("extract", data=data, stdin=json.dumps({"id": "x", "url": "https://kabar.example/1", "html": html}) + "\n")
    assert done.returncode == 0, done.stderr
    assert "industri kecil" in json.loads(done.stdout)["text"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nonsense",), 2, "No such command"),
        (("search", "--frobnicate"), 2, "No such option"),
        (("import", "missing.jsonl"), 2, "does not exist"),
        (("crawl", "kadin", "--since", "2026-11-23", "--until", "2026-11-20"), 2, "--since is after --until"),
        (("pledges", "show", "999999"), 1, "there is none"),
        (("forget", "https://nowhere.example/x"), 1, "no such article"),
        (("crawl", "nowhere"), 2, "no source 'nowhere'"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_wrong_use_is_one_clear_line_and_the_right_exit_code(data: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = pantau(*arguments, data=data)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    done = pantau("doctor", data=blocked / "data")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_a_database_of_a_newer_pantau_is_refused(tmp_path: Path) -> None:
    import sqlite3

    assert pantau("keys", "list", data=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "pantau.sqlite") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    done = pantau("keys", "list", data=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "newer" in done.stderr


def test_a_port_in_use_is_told_in_one_line(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = pantau("serve", "--port", str(taken.getsockname()[1]), data=data)
    assert done.returncode == 2
    assert "in use" in done.stderr


def test_serving_beyond_this_machine_without_a_key_is_refused(tmp_path: Path) -> None:
    done = pantau("serve", "--host", "0.0.0.0", "--port", "0", data=tmp_path)  # noqa: S104 - that is what is refused
    assert done.returncode == 2
    assert "key" in done.stderr


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[str]:
    """The served demo, in a process of its own; its address."""
    command = [sys.executable, "-m", "api.cli", "--data", str(data), "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = process.stderr.readline().strip().removeprefix("Pantau: ")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/health", timeout=5).close()  # noqa: S310 - our own server
            break
        except OSError:
            continue
    yield address
    process.terminate()
    process.wait(20)
    process.stderr.close()


def test_the_api_and_the_command_answer_the_same_object(server: str, data: Path) -> None:
    query = "kucuran kredit IKM"
    with urllib.request.urlopen(f"{server}/api/search?q={query.replace(' ', '+')}&mode=words&limit=20", timeout=30) as reply:  # noqa: S310
        served = json.load(reply)
    said = answer("search", query, "--mode", "words", data=data)
    assert {k: served[k] for k in ("total", "facets", "chips", "undated")} == {k: said[k] for k in ("total", "facets", "chips", "undated")}
    assert [h["id"] for h in served["hits"]] == [h["id"] for h in said["hits"]]


def test_the_openapi_document_is_served(server: str) -> None:
    with urllib.request.urlopen(f"{server}/openapi.json", timeout=30) as reply:  # noqa: S310
        spec = json.load(reply)
    assert {"/api/search", "/api/pledges", "/api/health"} <= spec["paths"].keys()
