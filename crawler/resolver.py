"""Name resolution for Scrapy that refuses addresses which are not public: the very address that is connected to is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

from crawler.errors import UnsafeUrlError
from crawler.safety import check_address

REFUSED: dict[str, str] = {}
"""Host → why its address was refused. Twisted tells its callers only that a name was not found."""


class SafeResolver(CachingThreadedResolver):
    """Scrapy's resolver with the check of `crawler.safety` on each answer, cached ones too."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool, proxied: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private or proxied

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        settings = crawler.settings
        return cls(
            reactor,
            settings.getint("DNSCACHE_SIZE"),
            settings.getfloat("DNS_TIMEOUT"),
            allow_private=settings.getbool("PANTAU_ALLOW_PRIVATE"),
            proxied=bool(settings.get("PANTAU_PROXY")),
        )

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        try:
            check_address(address, name, allow_private=self._allow_private)
        except UnsafeUrlError as error:
            REFUSED[name] = str(error)
            raise
        return address
