"""All page routes, in one place."""

from __future__ import annotations

from fastapi import FastAPI

from api.web import account, articles, ledger, names, pages, review, search, sources, watches


def include(app: FastAPI) -> None:
    """Give the pages to the server."""
    for module in (search, articles, ledger, names, review, watches, sources, account, pages):
        app.include_router(module.router)
