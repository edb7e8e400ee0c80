"""`pantau watch` and `pantau deliver` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.api.mail_server import mail_server


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pantau.sqlite").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("PANTAU_DATA", str(tmp_path))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command says (both streams); checks its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    return said.out + said.err


def made(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(run(capsys, "watch", "add", *arguments, "--json"))


def test_a_watch_is_added_listed_paused_resumed_and_removed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watch = made(capsys, "--company", "ASII", "--email", "a@example.org")
    assert (watch["value"], watch["email"], watch["state"]) == ("idx:ASII", "a@example.org", "active")
    assert watch["feed"].startswith("http://127.0.0.1:8000/feeds/")
    number = str(watch["id"])
    assert "a@example.org" in run(capsys, "watch", "list")
    run(capsys, "watch", "pause", number, "--because", "libur")
    assert "[paused: libur]" in run(capsys, "watch", "list")
    run(capsys, "watch", "resume", number)
    run(capsys, "watch", "remove", number)
    assert "no watches yet" in run(capsys, "watch", "list")
    assert json.loads(run(capsys, "watch", "list", "--all", "--json"))[0]["state"] == "removed"
    assert run(capsys, "watch", "log", number) == ""


def test_a_query_watch_is_previewed_before_it_is_saved(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "watch", "preview", "--query", "kind:kredit", "--json"))
    assert (found["messages"], len(found["weeks"]) >= 5) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--query", "kind:apa"), "Try: kind:"),
        (("--company", "tidak ada"), "No company is known"),
        ((), "one thing to watch"),
        (("--company", "ASII", "--email", "nobody"), "not an e-mail address"),
        (("--company", "ASII", "--webhook", "http://127.0.0.1/"), "not a public address"),
        (("--company", "ASII", "--email", "a@b.org", "--webhook", "https://example.org/"), "tells one place"),
    ],
)
def test_wrong_use_is_one_clear_line(data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    assert says in run(capsys, "watch", "add", *arguments, code=2)


def test_a_webhook_shows_its_signing_secret(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made(capsys, "--programme", "KUR", "--webhook", "https://hooks.example.org/x")["signing_secret"].startswith("whsec_")


def test_an_unknown_watch_fails_with_its_number(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no watch 7" in run(capsys, "watch", "pause", "7", code=1)


def test_deliver_says_what_it_did_and_when_the_server_is_down(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as box:
        monkeypatch.setenv("PANTAU_SMTP_PORT", str(box.port))
        assert "sent 0" in run(capsys, "deliver")
    assert json.loads(run(capsys, "deliver", "--json"))["outbox"] == {}
