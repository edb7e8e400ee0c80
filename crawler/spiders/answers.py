"""What a response says in its headers, and why a request got none."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.errors import CrawlerError, SpoolError
from crawler.resolver import REFUSED
from crawler.state import Validators


def explain(failure: Failure) -> tuple[str, str]:
    """(count to raise, reason) of a failed request."""
    error = failure.value
    if isinstance(error, SpoolError):
        return "unkept", str(error)  # our fault and not the page's: it is asked for again as if this had not been
    if isinstance(error, IgnoreRequest) and "robots" in str(error).lower():
        return "robots", "robots.txt forbids it"
    response = getattr(error, "response", None)
    if response is not None:
        return ("blocked" if response.status in {401, 403, 429} else "failed"), f"the server answers {response.status}"
    request: Request | None = getattr(failure, "request", None)
    private = REFUSED.get(urlsplit(request.url).hostname or "") if request is not None else None
    if private:
        return "refused", private
    text = str(error).strip() or type(error).__name__
    return ("refused" if isinstance(error, IgnoreRequest | CrawlerError) else "failed"), f"{type(error).__name__}: {text}"[:300]


def url_of(failure: Failure) -> str:
    request: Request | None = getattr(failure, "request", None)
    return request.url if request is not None else ""


def header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def charset_of(response: Response) -> str | None:
    kind = header(response, "Content-Type") or ""
    return kind.partition("charset=")[2].strip(" \"';") or None


def validators_of(response: Response) -> Validators | None:
    """What the address asked for may be asked again with; None where the server gives nothing."""
    etag, modified = header(response, "ETag"), header(response, "Last-Modified")
    asked = response.request.url if response.request else response.url
    return Validators(asked, etag, modified) if etag or modified else None
