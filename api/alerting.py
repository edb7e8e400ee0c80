"""Wires the alerts from the settings, for the composition roots: the matcher that ingest calls, the office that sends."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial

from api import parts
from api.alerts.deliver import Office
from api.alerts.mail import Smtp
from api.alerts.matcher import Matcher
from api.alerts.model import Subject
from api.alerts.query import Evaluator
from api.alerts.watches import Wish, make_wish
from api.config import Settings
from nlp.registry import Registry

Clock = Callable[[], datetime]


def evaluator(settings: Settings, registry: Registry, now: Clock = parts.now) -> Evaluator:
    """Evaluates the queries of watches."""
    return Evaluator(parts.names(registry, parts.outlets_of(settings)), now)


def matcher(settings: Settings, registry: Registry, now: Clock = parts.now) -> Matcher:
    """What ingest calls, inside its transaction, with the articles it has just written."""
    return Matcher(evaluator(settings, registry, now), settings.mail_from)


def office(settings: Settings) -> Office:
    """What sends messages."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    smtp = Smtp(settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_user, password, settings.smtp_starttls)
    key = parts.secret_key(settings)
    return Office(smtp, settings.public_url, key, worker=f"deliver-{os.getpid()}", allow_private=settings.allow_private)


def wish_maker(settings: Settings, registry: Registry, now: Clock = parts.now) -> Callable[..., Wish]:
    """`api.alerts.watches.make_wish` with the registries and the grammar at hand."""
    return partial(
        make_wish,
        resolve=partial(resolve_subject, registry),
        check_query=evaluator(settings, registry, now).check,
        allow_private=settings.allow_private,
    )


def resolve_subject(registry: Registry, subject: Subject, text: str) -> tuple[str, str] | None:
    """(registry id, name) of what a person wants to follow; None where the registry does not know it."""
    resolvers = {
        Subject.COMPANY: registry.resolve_company,
        Subject.PROGRAMME: registry.resolve_programme,
        Subject.AGENCY: registry.resolve_agency,
    }
    found = resolvers[subject](text)
    return (found, registry.label(found)) if found else None
