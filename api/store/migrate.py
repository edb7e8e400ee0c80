"""Schema versions: Alembic, run by the program itself at open, from revisions shipped in the package.

A developer who changed a table writes the next revision with `python -m api.store.migrate "what changed"`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine

from api.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, inside the caller's transaction.

    Raises:
        StoreError: the database was written by a newer Pantau, or by something else.
    """
    script = ScriptDirectory.from_config(_config())
    head = script.get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    if current is not None and not _known(script, current):
        raise StoreError(f"the database has schema {current}, this Pantau knows only up to {head}: use the newer Pantau that wrote it")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def head() -> str:
    """The newest revision this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _known(script: ScriptDirectory, revision: str) -> bool:
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False


def _write_revision(message: str) -> None:
    """Compare the tables with a database at head and write what is missing as a new revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/head.sqlite")
        with engine.begin() as connection:
            if any(FOLDER.joinpath("versions").glob("*.py")):
                upgrade(connection)
            config = _config()
            config.attributes["connection"] = connection
            number = len(list(FOLDER.joinpath("versions").glob("*.py"))) + 1
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()


if __name__ == "__main__":
    _write_revision(sys.argv[1])
