"""Documentation that is held against the code: what can be generated is up to date, what is linked exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from api import docs
from api.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == docs.PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_the_readme_names_only_commands_that_exist() -> None:
    named = set(re.findall(r"`pantau ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "schemas").glob("*.json")), ids=lambda p: p.name)
def test_a_public_schema_is_a_json_schema(path: Path) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_the_public_schemas_are_all_there() -> None:
    assert {p.stem for p in (ROOT / "docs" / "schemas").glob("*.json")} >= {"article", "analysis", "search", "error"}


def test_the_compose_file_pins_its_images_and_takes_secrets_from_the_environment() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    for name, service in services.items():
        assert re.search(r":\d", service["image"]), f"{name}: pin the image"
        assert "healthcheck" in service, f"{name}: no health check"
    for secret in ("POSTGRES_PASSWORD", "ELASTIC_PASSWORD", "PANTAU_ADMIN_KEY", "PANTAU_SECRET_KEY"):
        assert f"${{{secret}:?" in text
    for name in ("api", "worker", "crawler"):
        assert services[name]["read_only"] is True
