"""`pantau watch …` and `pantau deliver`: what to be told about, and the telling."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from api import alerting, parts
from api.alerts import outbox, watches
from api.alerts.deliver import deliver as deliver_due
from api.alerts.model import Ask, State, Watch
from api.alerts.preview import Preview, preview
from api.alerts.watches import Wish
from api.alerts.webhook import secret_of
from api.commands.common import as_json, pass_settings, print_json, say
from api.config import Settings
from api.errors import DeliveryError, QueryError
from api.wording import Lang, moment_text

PARTS = click.Choice([ask.value for ask in Ask])
LANGUAGES = click.Choice(["id", "en"])


def _subjects(command: click.decorators.FC) -> click.decorators.FC:
    """The options that say what to watch."""
    for option in (
        click.option("--asks", multiple=True, type=PARTS, help="Which part it must play (default: pays, receives, subject)."),
        click.option("--query", help="A search, as in `pantau search`: 'kind:kredit to:IKM amount:>=50 miliar'."),
        click.option("--agency", help="A public body, by name or id."),
        click.option("--programme", help="A programme, by name or id: KUR."),
        click.option("--company", help="A company, by ticker, name or id: ASII."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def watch() -> None:
    """Be told about a company, a programme, an agency or a saved search."""


@watch.command()
@_subjects
@click.option("--email", help="Where to send messages.")
@click.option("--webhook", help="Where to post messages instead (https).")
@click.option("--lang", type=LANGUAGES, default="id", show_default=True, help="Language of the messages.")
@as_json
@pass_settings
def add(
    settings: Settings, company: str | None, programme: str | None, agency: str | None, query: str | None, asks: tuple[str, ...],
    email: str | None, webhook: str | None, lang: Lang, as_json: bool,
) -> None:  # fmt: skip
    """Watch one thing. Without --email or --webhook it is read as a feed, whose secret address is shown once."""
    subjects = {"company": company, "programme": programme, "agency": agency, "query": query}
    wish = _wish(settings, subjects, asks, email=email, webhook=webhook, lang=lang)
    with closing(parts.open_database(settings)) as database, database.write() as connection:
        made, secret = watches.add(connection, wish, parts.now())
    feed = f"{settings.public_url.rstrip('/')}/feeds/{secret}.atom"
    shown = _row(made) | {"feed": feed}
    if made.webhook:
        shown["signing_secret"] = secret_of(parts.secret_key(settings), made.id)
    if as_json:
        print_json(shown)
        return
    say(f"watch {made.id}: {made.subject.value} {made.label} → {made.email or made.webhook or 'feed'}")
    say(f"feed (keep it secret): {feed}")
    if "signing_secret" in shown:
        say(f"signing secret (shown to check the posts): {shown['signing_secret']}")


@watch.command("list")
@click.option("--all", "everything", is_flag=True, help="Also removed watches.")
@as_json
@pass_settings
def list_(settings: Settings, everything: bool, as_json: bool) -> None:
    """All watches, and why a paused one is paused."""
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        found = watches.list_watches(connection, removed=everything)
    if as_json:
        print_json([_row(one) for one in found])
        return
    if not found:
        say("no watches yet: pantau watch add --company ASII --email you@example.org")
    for one in found:
        state = "" if one.state is State.ACTIVE else f"  [{one.state.value}{': ' + one.paused_because if one.paused_because else ''}]"
        click.echo(f"{one.id:>4}  {one.subject.value:<9}  {one.label}  → {one.email or one.webhook or 'feed'}{state}")


@watch.command("preview")
@_subjects
@as_json
@pass_settings
def preview_(
    settings: Settings,
    company: str | None,
    programme: str | None,
    agency: str | None,
    query: str | None,
    asks: tuple[str, ...],
    as_json: bool,
) -> None:
    """What the last 30 days would have brought: how many messages, in which weeks, and the newest of them."""
    wish = _wish(settings, {"company": company, "programme": programme, "agency": agency, "query": query}, asks)
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        found = preview(connection, wish, now=parts.now(), query=alerting.evaluator(settings, parts.open_registry()))
    if as_json:
        print_json(_preview_row(found))
        return
    click.echo(f"{found.messages} messages in 30 days, {found.per_week} a week")
    for monday, count in found.weeks:
        click.echo(f"  {monday}  {'█' * min(count, 60)} {count}")
    for sample in found.samples:
        click.echo(f"- {sample.title} ({sample.outlet}; {sample.why})")


@watch.command()
@click.argument("number", type=int)
@click.option("--because", help="A note to yourself.")
@pass_settings
def pause(settings: Settings, number: int, because: str | None) -> None:
    """Let a watch be silent until it is resumed."""
    with closing(parts.open_database(settings)) as database, database.write() as connection:
        say(f"paused: {watches.pause(connection, number, because).label}")


@watch.command()
@click.argument("number", type=int)
@pass_settings
def resume(settings: Settings, number: int) -> None:
    """Let a paused watch tell again; what waited for it is sent."""
    with closing(parts.open_database(settings)) as database, database.write() as connection:
        say(f"active: {watches.resume(connection, number).label}")


@watch.command()
@click.argument("number", type=int)
@pass_settings
def remove(settings: Settings, number: int) -> None:
    """End a watch. Its log is kept."""
    with closing(parts.open_database(settings)) as database, database.write() as connection:
        say(f"removed: {watches.remove(connection, number).label}")


@watch.command()
@click.argument("number", type=int)
@as_json
@pass_settings
def log(settings: Settings, number: int, as_json: bool) -> None:
    """What a watch matched, why, and what came of it."""
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        watches.get(connection, number)
        lines = watches.log(connection, number)
    if as_json:
        print_json([asdict(line) | {"at": line.at.isoformat()} for line in lines])
        return
    for line in lines:
        click.echo(f"{moment_text(line.at)}  {line.article_id}  {line.why}  {line.outcome}  {line.message_state or ''}".rstrip())


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many messages.")
@as_json
@pass_settings
def deliver(settings: Settings, limit: int | None, as_json: bool) -> None:
    """Send the messages that are due. Safe to kill and to run again: what was not confirmed is sent once more, with the same id."""
    with closing(parts.open_database(settings)) as database:
        report = deliver_due(database, alerting.office(settings), now=parts.now, limit=limit)
        with database.read() as connection:
            counts = outbox.counts(connection)
    if as_json:
        print_json(asdict(report) | {"outbox": counts})
    else:
        done = f"sent {report.sent}, put off {report.put_off}, failed {report.failed}, withdrawn {report.withdrawn}"
        say(f"{done}; waiting {counts.get('waiting', 0)}")
    if report.down is not None:
        raise DeliveryError(f"{report.down}: the messages wait; see PANTAU_SMTP_HOST and PANTAU_SMTP_PORT", permanent=False)


def _wish(
    settings: Settings, subjects: dict[str, str | None], asks: tuple[str, ...], *, email: str | None = None, webhook: str | None = None,
    lang: Lang = "id",
) -> Wish:  # fmt: skip
    make = alerting.wish_maker(settings, parts.open_registry())
    try:
        return make(subjects, asks=tuple(Ask(ask) for ask in asks), email=email, webhook=webhook, lang=lang)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except QueryError as error:
        place = f" (at character {error.at + 1})" if error.at is not None else ""
        hint = f" Try: {error.suggestion}" if error.suggestion else ""
        raise click.UsageError(f"{error}{place}.{hint}") from error


def _row(one: Watch) -> dict[str, Any]:
    return {
        "id": one.id, "subject": one.subject.value, "value": one.value, "label": one.label, "email": one.email, "webhook": one.webhook,
        "asks": [ask.value for ask in one.asks], "lang": one.lang, "state": one.state.value, "paused_because": one.paused_because,
        "created_at": one.created_at.isoformat(),
    }  # fmt: skip


def _preview_row(found: Preview) -> dict[str, Any]:
    samples = [asdict(sample) | {"published": sample.published.isoformat() if sample.published else None} for sample in found.samples]
    weeks = [{"week": monday.isoformat(), "messages": count} for monday, count in found.weeks]
    return {"messages": found.messages, "per_week": found.per_week, "weeks": weeks, "samples": samples}
