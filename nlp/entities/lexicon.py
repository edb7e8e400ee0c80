"""The word lists of the entity rules, read from the package's data files once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nlp.entities.tokens import TOKEN
from nlp.errors import RegistryError

KINDS = ("company", "public_body", "association", "organisation")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the rules know beside the registry; see the comments in nlp/entities/data/*.yaml for what each list means."""

    roles: tuple[str, ...]
    role_complement: frozenset[str]
    role_prefixes: tuple[str, ...]
    offices: dict[str, str]
    empty_words: frozenset[str]
    speech_before: tuple[str, ...]
    speech_after: tuple[str, ...]
    honorifics: tuple[str, ...]
    particles: frozenset[str]
    stop_names: frozenset[str]
    buildings: frozenset[str]
    references: dict[str, tuple[str, ...]]
    indefinite: tuple[str, ...]
    lower_stop: frozenset[str]
    countries: tuple[str, ...]
    heads: dict[str, str]
    weak_heads: frozenset[str]
    tails: dict[str, str]
    connectors: tuple[str, ...]
    media: tuple[str, ...]
    given_names: frozenset[str]
    common_words: frozenset[str]
    programme_heads: tuple[str, ...]
    not_organisations: frozenset[str]
    breakers: frozenset[str]
    ticker_words: frozenset[str]
    triggers: tuple[str, ...]
    background: tuple[str, ...]
    role_words: frozenset[str]
    not_prefixes: tuple[str, ...]
    phrases: tuple[str, ...]
    run_words: frozenset[str]
    key_words: dict[str, str]
    empty_run: frozenset[str]
    run_titles: frozenset[str]
    sector_capitals: frozenset[str]
    body_words: frozenset[str]
    closers: frozenset[str]
    not_programmes: tuple[str, ...]


@cache
def load_lexicon() -> Lexicon:
    """The shipped lexicon.

    Raises:
        RegistryError: a data file is missing a list.
    """
    roles, words, organisations = (_yaml(name) for name in ("roles.yaml", "words.yaml", "organisations.yaml"))
    try:
        return Lexicon(
            roles=_longest_first([*roles["heads"], *roles["short"]]),
            role_complement=frozenset(roles["complement"]),
            role_prefixes=_longest_first(roles["prefixes"]),
            offices=dict(roles["offices"]),
            empty_words=frozenset(roles["empty"]),
            speech_before=_longest_first(words["speech_before"]),
            speech_after=_longest_first(words["speech_after"]),
            honorifics=_longest_first(words["honorifics"]),
            particles=frozenset(words["particles"]),
            stop_names=frozenset(words["stop_names"]),
            buildings=frozenset(words["buildings"]),
            references={kind: _longest_first(names) for kind, names in words["references"].items()},
            indefinite=tuple(words["indefinite"]),
            lower_stop=frozenset(words["lower_stop"]),
            countries=_longest_first(words["countries"]),
            heads={_spaced(head): kind for kind in KINDS for head in organisations["heads"].get(kind, ())},
            weak_heads=frozenset(organisations["weak"]),
            tails={_spaced(tail): kind for kind in KINDS for tail in organisations["tails"].get(kind, ())},
            connectors=tuple(organisations["connectors"]),
            media=_longest_first(_lines("media.txt")),
            given_names=frozenset(_lines("given_names.txt")),
            common_words=frozenset(_lines("common_words.txt")),
            programme_heads=_longest_first(words["programme_heads"]),
            not_organisations=frozenset(name.casefold() for name in organisations["not_names"]),
            breakers=frozenset(words["breakers"]),
            triggers=tuple(words["triggers"]),
            background=tuple(words["background"]),
            ticker_words=frozenset(words["ticker_words"]),
            role_words=frozenset(head.split()[0] for head in (*roles["heads"], *roles["short"])),
            not_prefixes=tuple(f"{name.casefold()} " for name in organisations["not_prefixes"]),
            phrases=tuple(words["phrases"]),
            run_words=frozenset(organisations["run_words"]),
            key_words=dict(organisations["key_words"]),
            body_words=frozenset(organisations["body_words"]),
            sector_capitals=frozenset(organisations["sector_capitals"]),
            run_titles=frozenset(organisations["run_titles"]),
            empty_run=frozenset(organisations["empty_run"]),
            closers=frozenset(organisations["closers"]),
            not_programmes=tuple(f"{name.casefold()} " for name in words["not_programmes"]),
        )
    except KeyError as error:
        raise RegistryError(f"nlp/entities/data: list {error} is missing") from error


def _yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((files("nlp.entities") / "data" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def _lines(name: str) -> list[str]:
    lines = (files("nlp.entities") / "data" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _spaced(phrase: str) -> str:
    """A phrase with a space between all its tokens, as the rules join them: "Co." → "Co ."."""
    return " ".join(TOKEN.findall(phrase))


def _longest_first(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(map(str, words)), key=len, reverse=True))
