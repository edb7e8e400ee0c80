"""`pantau reanalyse`, `forget`, `backup`, `restore`, `keys` and `doctor`."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import click

from api.commands.common import as_json, pass_settings, print_json, progress, say
from api.config import Settings
from api.records import Role


@click.command()
@pass_settings
def reanalyse(settings: Settings) -> None:
    """Analyse every article again with the present rules. Facts keep their ids where they are found again; nobody is told."""
    from api.intake import open_ingest
    from api.upkeep import reanalyse as run

    with open_ingest(settings, alerts=False) as opened, progress("analysed") as advance:
        count = run(opened.database, opened.analyse, opened.now, advance)
    say(f"{count} articles analysed; `pantau index` brings the search index up to date")


@click.command()
@click.argument("url")
@pass_settings
def forget(settings: Settings, url: str) -> None:
    """Remove an article (by URL or id) from store, index, vectors, archive and the crawler's memory."""
    from api import parts
    from api.upkeep import forget as run
    from crawler.archive import remove_from_archive
    from crawler.scans import Scans
    from crawler.state import State, state_path

    with closing(parts.open_database(settings)) as database:
        gone = run(database, url, parts.now())
    with closing(State(state_path(settings.data))) as state:
        for known in gone.urls:
            seen = state.find(known)
            state.forget(known)
            with Scans(settings.data) as scans:
                scans.forget(seen.address if seen else known)
    removed = sum(remove_from_archive(settings.data / "archive", place) for place in gone.pages)
    say(f"forgotten: {', '.join(gone.urls) or url} ({removed} archived pages removed); `pantau index` removes it from search")


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@pass_settings
def backup(settings: Settings, target: Path) -> None:
    """Copy the store to a file while it is in use. Indexes are not copied: `pantau reindex` makes them again."""
    from api import parts
    from api.upkeep import backup as run

    with closing(parts.open_database(settings)) as database:
        run(database, target)
    say(f"backed up to {target}")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_settings
def restore(settings: Settings, source: Path) -> None:
    """Put a backup into an empty data directory."""
    from api import parts
    from api.errors import StoreError
    from api.upkeep import restore as run

    target = parts.database_target(settings)
    if not isinstance(target, Path):
        raise StoreError("PANTAU_DATABASE_URL names a server: restore it with pg_restore")
    found = run(source, target)
    say(f"restored: {found['articles']} articles; `pantau reindex` makes the search index")


@click.group()
def keys() -> None:
    """API keys: make one before serving on anything but this machine."""


@keys.command("add")
@click.argument("name")
@click.option("--role", default="reader", show_default=True, type=click.Choice(["reader", "analyst", "admin"]))
@click.option("--days", type=click.IntRange(1), help="Days until it expires (default: never).")
@as_json
@pass_settings
def keys_add(settings: Settings, name: str, role: str, days: int | None, as_json: bool) -> None:
    """Make a key for NAME. It is shown once; only its hash is kept."""
    from api import parts
    from api.store.principals import make_key

    at = parts.now()
    with closing(parts.open_database(settings)) as database, database.write() as connection:
        until = at + timedelta(days=days) if days else None
        key, row = make_key(connection, name, Role[role.upper()], at, expires_at=until)
    if as_json:
        print_json({"key": key, "id": row.key_id, "role": role, "name": name})
    else:
        click.echo(key)
        say("keep it now: it is not shown again")


@keys.command("list")
@as_json
@pass_settings
def keys_list(settings: Settings, as_json: bool) -> None:
    """All keys by prefix, with role, last use and end."""
    from api import parts
    from api.store.principals import list_keys

    with closing(parts.open_database(settings)) as database, database.read() as connection:
        rows = list_keys(connection)
    told = [
        {
            "id": r.key_id, "name": r.name, "role": r.role.name.lower(), "prefix": r.prefix, "created": r.created_at.isoformat(),
            "expires": r.expires_at and r.expires_at.isoformat(), "last_used": r.last_used_at and r.last_used_at.isoformat(),
            "revoked": r.revoked_at and r.revoked_at.isoformat(),
        }
        for r in rows
    ]  # fmt: skip
    if as_json:
        print_json(told)
        return
    for row in told:
        click.echo(f"{row['id']:4} {row['prefix']}…  {row['role']:8} {row['name']:20} last used {row['last_used'] or 'never'}"
                   + (f"  REVOKED {row['revoked']}" if row["revoked"] else ""))  # fmt: skip


@keys.command("revoke")
@click.argument("key_id", type=int)
@pass_settings
def keys_revoke(settings: Settings, key_id: int) -> None:
    """End a key at once."""
    from api import parts
    from api.store.principals import revoke

    with closing(parts.open_database(settings)) as database, database.write() as connection:
        revoke(connection, key_id, parts.now())
    say(f"key {key_id} revoked")


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing; the exit code tells (for health checks).")
@as_json
@pass_settings
def doctor(settings: Settings, quiet: bool, as_json: bool) -> None:
    """Look at every part: store, index, queues, spool, quarantine, mail, sources. Exit code 1 where something needs a person."""
    from api.doctor import examine

    findings = examine(settings)
    if as_json:
        print_json([{"part": f.part, "ok": f.ok, "says": f.says} for f in findings])
    elif not quiet:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'LOOK'} {finding.part:12} {finding.says}")
    if not all(f.ok for f in findings):
        raise click.exceptions.Exit(1)
