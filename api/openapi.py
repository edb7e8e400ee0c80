"""The OpenAPI document: FastAPI's own, made true. Errors are problem+json, validation answers 400, and the keys are declared."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import TITLES
from api.schemas import Problem

ABOUT = """Who commits how much money to whom, for which programme, in Indonesian industry news.

Every answer is JSON; every error is `application/problem+json` (RFC 9457). Amounts are exact decimal text in units of their
currency. Days and months are those of Asia/Jakarta. A key goes into `Authorization: Bearer …` or `X-API-Key`."""
KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key made by `pantau keys`."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key in a header of its own."},
}
ALWAYS = (400, 401, 429, 503)
"""Errors that any operation may answer."""


def errors(*more: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of an operation, for its decorator: those of every operation and `more`."""
    return {status: {"description": TITLES[status]} for status in sorted({*ALWAYS, *more})}


def content(*media: str) -> dict[int | str, dict[str, Any]]:
    """The success response of an operation that does not answer JSON."""
    return {200: {"description": "The document", "content": {kind: {} for kind in media}}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of `app`, made once and kept."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(title="Pantau", version=app.version, description=ABOUT, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    made["components"]["securitySchemes"] = KEYS
    made["security"] = [{}, *({name: []} for name in KEYS)]
    for operation in (o for path in made["paths"].values() for o in path.values()):
        operation["responses"].pop("422", None)
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                response["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    app.openapi_schema = made
    return made
