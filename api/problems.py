"""Every error as RFC 9457 problem+json for scripts, or as a page for people; nothing of our insides goes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.deps import TooManyRequests
from api.errors import AccessError, ApiError, CursorError, EngineDown, IndexMismatch, NotFoundError, QueryError, StoreBusyError
from api.refusals import told
from api.schemas import Problem
from api.security import HEADERS
from api.wording import Lang

TITLES = {
    400: "The request cannot be understood", 401: "A key is needed", 403: "This key may not do that", 404: "Not found",
    405: "Not allowed", 413: "Too large", 422: "The request cannot be understood", 429: "Too many requests",
    500: "Something broke here", 503: "Not available now",
}  # fmt: skip

Page = Callable[[Request, Problem], Response]
Language = Callable[[Request], Lang]


def problem_of(error: ApiError, lang: Lang = "en") -> Problem:
    """What an error of ours is to a caller; in `lang` where the caller can do something about it."""
    match error:
        case QueryError():
            return _problem(400, told(error, lang), at=error.at, suggestion=error.suggestion, code=error.code or None)
        case CursorError():
            return _problem(400, told(error, lang), code=error.code or None)
        case NotFoundError():
            return _problem(404, str(error))
        case AccessError():
            return _problem(403 if error.authenticated else 401, str(error))
        case TooManyRequests():
            return _problem(429, str(error))
        case EngineDown() | IndexMismatch() | StoreBusyError():
            return _problem(503, str(error))
        case _:
            return _problem(500, "an error on our side; it has been logged")


def _problem(status: int, detail: str, *, at: int | None = None, suggestion: str | None = None, code: str | None = None) -> Problem:
    return Problem(title=TITLES.get(status, "Error"), status=status, detail=detail, at=at, suggestion=suggestion, code=code)


def spoken(request: Request) -> Lang:
    """The language a script asks for in Accept-Language; English unless Indonesian comes first."""
    return "id" if request.headers.get("accept-language", "").strip().lower().startswith("id") else "en"


def is_api(request: Request) -> bool:
    """Whether a script asks, which gets JSON."""
    return request.url.path.startswith("/api/") or request.url.path == "/openapi.json"


def install(app: FastAPI, page: Page, language: Language) -> None:
    """Answer all errors of `app`: JSON below /api, else `page` in the caller's `language`."""

    def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
        told = problem.model_copy(update={"instance": request.url.path})
        if is_api(request):
            body = told.model_dump(mode="json", exclude_none=True)
            return JSONResponse(body, problem.status, headers, "application/problem+json")
        response = page(request, told)
        response.headers.update(headers or {})
        return response

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)  # noqa: S101 - registered for that class only
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else None
        return answer(request, problem_of(error, spoken(request) if is_api(request) else language(request)), headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        said = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        return answer(request, _problem(400, said))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        return answer(request, _problem(error.status_code, str(error.detail)))

    async def broken(request: Request, error: Exception) -> Response:  # noqa: ARG001 - it is logged by the server, and nothing of it goes out
        return answer(request, _problem(500, "an error on our side; it has been logged"), dict(HEADERS))

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        ApiError: ours, RequestValidationError: invalid, HTTPException: http, Exception: broken,
    }  # fmt: skip
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
