"""docker-compose.yml and the Dockerfile: what they start exists, what they set is known, and nobody runs as root or with a stock secret."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from elasticsearch import Elasticsearch

from api.cli import cli
from api.config import Settings

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("api", "worker", "crawler")
SECRETS = {
    "POSTGRES_PASSWORD": "p" * 20, "ELASTIC_PASSWORD": "e" * 20, "PANTAU_ADMIN_KEY": "a" * 40, "PANTAU_SECRET_KEY": "s" * 40,
    "PANTAU_USER_AGENT": "Pantau/1 (+https://example.org; contact: a@example.org)",
}  # fmt: skip
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def interpolated(part: Any, given: dict[str, str]) -> Any:
    """What compose makes of a value: variables replaced, `$$` a dollar sign; KeyError where a demanded one is missing."""
    if isinstance(part, dict):
        return {name: interpolated(value, given) for name, value in part.items()}
    if isinstance(part, list):
        return [interpolated(value, given) for value in part]
    if not isinstance(part, str):
        return part

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        return given.get(name) or rest if kind == "-" else given[name]

    return VARIABLE.sub(value, part).replace("$$", "$")


RAW: dict[str, Any] = yaml.safe_load(TEXT)
STACK: dict[str, Any] = interpolated(RAW, SECRETS)
SERVICES: dict[str, dict[str, Any]] = STACK["services"]


def test_the_stack_is_the_whole_of_it() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "elasticsearch"}


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_without_its_secrets(secret: str) -> None:
    with pytest.raises(KeyError):
        interpolated(RAW, {name: value for name, value in SECRETS.items() if name != secret})


def test_no_secret_stands_in_the_file() -> None:
    assert not re.search(r"(PASSWORD|KEY)\w*:\s*(?!\$\{)[\"']?\w", TEXT)


@pytest.mark.parametrize("name", OURS)
def test_our_services_cannot_write_but_their_data_nor_become_more_than_they_are(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["volumes"] == ["pantau-data:/data"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - a mount of its own


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_restarts_and_says_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", service["image"])
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_every_volume_is_declared_and_every_data_folder_is_one() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(STACK["volumes"])


def test_our_services_wait_until_the_others_are_well() -> None:
    for name in OURS:
        assert SERVICES[name]["depends_on"] == {other: {"condition": "service_healthy"} for other in ("postgres", "elasticsearch")}


def test_only_the_api_has_a_port_and_on_loopback_alone() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["api"]["ports"])


@pytest.mark.parametrize("command", [*(tuple(SERVICES[name]["command"]) for name in OURS), ("doctor", "--quiet"), ("sources", "check")])
def test_the_commands_of_the_stack_exist_with_their_options(command: tuple[str, ...]) -> None:
    found: click.Command | None = cli
    rest = list(command)
    while isinstance(found, click.Group) and rest:
        found = found.get_command(click.Context(found), rest.pop(0))
    assert found is not None
    options = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_health_checks_of_ours_call_what_was_looked_at_above() -> None:
    assert SERVICES["worker"]["healthcheck"]["test"][1:] == ["pantau", "doctor", "--quiet"]
    assert SERVICES["crawler"]["healthcheck"]["test"][1:] == ["pantau", "sources", "check"]
    assert "/api/health" in SERVICES["api"]["healthcheck"]["test"][-1]


def test_the_environment_is_made_of_known_settings() -> None:
    given = {name.removeprefix("PANTAU_").lower(): value for name, value in SERVICES["api"]["environment"].items()}
    settings = Settings(**given)
    assert settings.database_url is not None
    assert "postgres:5432/pantau" in settings.database_url.get_secret_value()


def test_elasticsearch_asks_who_it_is_and_the_address_says_so() -> None:
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"
    client = Elasticsearch(SERVICES["api"]["environment"]["PANTAU_SEARCH_URL"])
    (node,) = client.transport.node_pool.all()
    assert (node.config.host, node.config.port) == ("elasticsearch", 9200)
    assert node.config.headers["authorization"].startswith("Basic ")
    client.close()


def test_the_image_is_built_in_two_stages_from_pins_and_does_not_run_as_root() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.search(r":\d+\.\d+\.\d+-slim", base) for base in bases)
    assert "--constraint constraints.txt" in DOCKERFILE
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "pip install" not in last


def test_nothing_but_the_package_goes_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "data", "tests"} <= set(ignored)


def test_docker_compose_takes_the_file() -> None:
    docker = shutil.which("docker")
    plugin = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    if not plugin:
        pytest.skip("docker compose is absent")
    ran = subprocess.run([str(docker), "compose", "config", "--quiet"], cwd=ROOT, env=SECRETS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
