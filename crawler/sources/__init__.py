"""A source is data: one YAML file per outlet in this folder, validated into a `Source`.

`crawler/sources/<name>.yml` says where articles are found (discovery), which URLs are articles, what is where on a page
(selectors, by version with validity dates), how paged articles go on, language and time, topics kept, yield expected,
manners and rights. What nobody has seen on a real page is left out: the generic layers read it.

A wrong file stops start-up with file, line and field. `docs/adding-a-source.md` walks through one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from pydantic import ValidationError

from crawler.errors import SourceError
from crawler.sources.model import (
    ArticleUrls,
    DateOrder,
    Discovery,
    Evidence,
    Feed,
    Kind,
    Listing,
    Paging,
    Politeness,
    Search,
    Selectors,
    Sitemap,
    Source,
    Status,
    Yield,
)
from crawler.sources.yamlfile import line_of, parse_mapping

__all__ = [
    "SOURCES",
    "ArticleUrls",
    "DateOrder",
    "Discovery",
    "Evidence",
    "Feed",
    "Kind",
    "Listing",
    "Paging",
    "Politeness",
    "Search",
    "Selectors",
    "Sitemap",
    "Source",
    "Status",
    "Yield",
    "load_source",
    "load_sources",
]

SOURCES = Path(__file__).parent
"""Folder of the sources that ship with Pantau."""


def load_source(path: Path, variables: Mapping[str, str] | None = None) -> Source:
    """Read one source file. `variables` replace `${name}` in it (a port known only at run time).

    Raises:
        SourceError: `<file>:<line>: <field>: <reason>`, every fault of the file on a line of its own.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from None
    if variables is not None:
        text = Template(text).safe_substitute(variables)
    data = parse_mapping(text, path)
    try:
        source = Source.model_validate(data)
    except ValidationError as error:
        faults = [
            f"{path}:{line_of(text, e['loc'])}: {'.'.join(str(p) for p in e['loc']) or 'source'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_url=False)
        ]
        raise SourceError("\n".join(faults)) from None
    if source.name != path.stem:
        raise SourceError(f"{path}:{line_of(text, ('name',))}: name: is {source.name!r}, the file is called {path.stem!r}")
    return source


def load_sources(folder: Path = SOURCES, variables: Mapping[str, str] | None = None) -> dict[str, Source]:
    """All sources of a folder, by name, in alphabetical order; disabled ones included.

    Raises:
        SourceError: a file is wrong, or the folder does not exist or holds none.
    """
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise SourceError(f"{folder}: holds no source (*.yml)")
    return {path.stem: load_source(path, variables) for path in paths}
