"""The command `pantau`: composition root of everything that is not the server.

Exit codes: 0 done, 1 failed, 2 wrong use. An error that Pantau raises on purpose is one line on stderr, never a traceback.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from api.config import load_settings
from api.errors import ApiError, ConfigError, QueryError

COMMANDS = {
    "demo": "api.commands.demo:demo",
    "run": "api.commands.run:run",
    "work": "api.commands.run:work",
    "serve": "api.commands.serve:serve",
    "crawl": "api.commands.crawl:crawl",
    "sources": "api.commands.sources:sources",
    "import": "api.commands.intake:import_",
    "ocr": "api.commands.intake:ocr",
    "ingest": "api.commands.intake:ingest",
    "index": "api.commands.index:index",
    "embed": "api.commands.index:embed",
    "reindex": "api.commands.index:reindex",
    "deliver": "api.commands.watch:deliver",
    "watch": "api.commands.watch:watch",
    "search": "api.commands.search:search",
    "pledges": "api.commands.pledges:pledges",
    "export": "api.commands.pledges:export",
    "extract": "api.commands.understand:extract",
    "analyse": "api.commands.understand:analyse",
    "evaluate": "api.commands.understand:evaluate",
    "registry": "api.commands.understand:registry",
    "reanalyse": "api.commands.operations:reanalyse",
    "forget": "api.commands.operations:forget",
    "backup": "api.commands.operations:backup",
    "restore": "api.commands.operations:restore",
    "keys": "api.commands.operations:keys",
    "doctor": "api.commands.operations:doctor",
}
"""Command → where it lives. Loaded only when asked for, so that `pantau --help` needs no model and no reactor."""


class LazyGroup(click.Group):
    """A group that imports a command when it is used (Click's documented lazy-loading pattern)."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - signature of click
        """All commands, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - signature of click
        """The command of that name, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (default: PANTAU_DATA, else ./data).")
@click.version_option(package_name="pantau")
@click.pass_context
def cli(ctx: click.Context, data: Path | None) -> None:
    """Pantau keeps watch over Indonesian industry news: who commits how much money to whom, for which programme."""
    ctx.obj = load_settings(**({"data": data} if data else {}))


def _reaction(error: Exception) -> tuple[str, int]:
    if isinstance(error, click.ClickException):
        usage = error.ctx.get_usage() + "\n" if isinstance(error, click.UsageError) and error.ctx else ""
        return f"{usage}pantau: {error.format_message()}", error.exit_code
    if isinstance(error, OSError) and error.filename:
        return f"pantau: {error.filename}: {error.strerror}", 1
    if isinstance(error, QueryError):
        place = f" (at character {error.at + 1})" if error.at is not None else ""
        return f"pantau: {error}{place}" + (f"; try: {error.suggestion}" if error.suggestion else ""), 2
    return f"pantau: {error}", 2 if isinstance(error, ConfigError) else 1


def main(arguments: list[str] | None = None) -> None:
    """Run `pantau` with `arguments` (default: the process's own) and exit with its code."""
    from crawler.errors import CrawlerError
    from nlp.errors import NlpError

    try:
        code = cli.main(args=arguments, prog_name="pantau", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("pantau: stopped", err=True)
        code = 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; there is nobody to complain to
        code = 1
    except (ApiError, CrawlerError, NlpError, OSError, click.ClickException) as error:
        message, code = _reaction(error)
        click.echo(message, err=True)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
