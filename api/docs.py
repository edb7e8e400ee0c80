"""Writes the generated pages of `docs/`: `python -m api.docs` (with `--check`: only says which are out of date).

What can be read off the code is never typed by hand: commands off click, settings off `Settings`, sources off their YAML,
endpoints off the OpenAPI document, spool and analysis shapes off their schemas.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from pydantic_core import PydanticUndefined

from api.cli import cli
from api.config import Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEADER = "<!-- Written by `make docs`; do not edit. -->\n\n"


def _commands(command: click.Command, path: str, ctx: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name in command.list_commands(ctx) if isinstance(command, click.Group) else ():
        child = command.get_command(ctx, name) if isinstance(command, click.Group) else None
        if child is not None:
            inner = click.Context(child, info_name=name, parent=ctx, max_content_width=110, terminal_width=110)
            yield f"{path} {name}", child, inner
            yield from _commands(child, f"{path} {name}", inner)


def commands_page() -> str:
    """Every command with its help text."""
    root = click.Context(cli, info_name="pantau", terminal_width=110, **cli.context_settings)
    parts = ["# Commands\n", "Exit codes: 0 done, 1 failed, 2 wrong use. `--json` wherever a script might read.\n"]
    parts.append(f"```\n{cli.get_help(root)}\n```\n")
    for path, command, ctx in _commands(cli, "pantau", root):
        parts.append(f"## `{path}`\n\n```\n{command.get_help(ctx)}\n```\n")
    return HEADER + "\n".join(parts)


def settings_page() -> str:
    """Every setting with its default and its meaning."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, PydanticUndefined} else f"`{field.default}`"
        rows.append(f"| `PANTAU_{name.upper()}` | {default} | {field.description} |")
    intro = (
        "# Settings\n\nFrom the environment, or from a `pantau.toml` in the working directory (keys without `PANTAU_`, lower case). "
        "The environment wins. An unknown key in the file or a malformed value stops start-up.\n"
    )
    return HEADER + intro + "\n" + "\n".join(rows) + "\n"


def sources_page() -> str:
    """Every source with its kind of discovery, status and evidence."""
    from crawler.sources import load_sources

    rows = ["| source | outlet | discovery | language | rights | status | evidence |", "|---|---|---|---|---|---|---|"]
    for name, source in sorted(load_sources().items()):
        ways = ", ".join(sorted({d.kind for d in source.discovery}))
        seen = source.evidence.captured or source.evidence.research
        rows.append(f"| `{name}` | {source.outlet} | {ways} | {source.lang} | {source.rights.value} | {source.status.value} | {seen} |")
    return HEADER + f"# Sources\n\n{len(rows) - 2} sources, one YAML each in `crawler/sources/`.\n\n" + "\n".join(rows) + "\n"


def _endpoint_rows(spec: dict[str, Any]) -> Iterator[str]:
    for path, methods in sorted(spec["paths"].items()):
        for method, operation in methods.items():
            names = ", ".join(f"`{p['name']}`" for p in operation.get("parameters", []))
            yield f"| `{method.upper()} {path}` | {operation.get('summary', '')} | {names} | {', '.join(sorted(operation['responses']))} |"


def endpoints_page() -> str:
    """Every endpoint of the OpenAPI document."""
    from api.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        spec = create_app(Settings(data=Path(folder), embedder="none")).openapi()
    rows = ["| endpoint | what it does | parameters | answers |", "|---|---|---|---|", *_endpoint_rows(spec)]
    intro = (
        "# API\n\nThe full document is served at `/openapi.json`, a page to try it at `/docs`. "
        "Errors are `application/problem+json` (RFC 9457).\n"
    )
    return HEADER + intro + "\n" + "\n".join(rows) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "sources.md": sources_page,
    "endpoints.md": endpoints_page,
}
"""Generated page → what writes it."""


def main(arguments: list[str]) -> int:
    """Write all pages, or with `--check` list those that differ; 1 if any does."""
    stale = []
    for name, page in PAGES.items():
        text, path = page(), DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        click.echo(f"{'out of date' if '--check' in arguments else 'written'}: docs/{name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
