"""Scrapy's settings. What depends on the job (data directory, user agent, manners of a source) is set by `crawler.runner`."""

from __future__ import annotations

BOT_NAME = "pantau"
SPIDER_MODULES = ["crawler.spiders.bundled"]
USER_AGENT = "Pantau/0.1 (+https://example.org/pantau; contact: pantau@example.org)"

# Manners
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Pantau"
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_MAX_DELAY = 60.0
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"

# Bad servers
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 12 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # 403, 429 and 503 are the back-off's
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5
HTTPERROR_ALLOWED_CODES = [304]

# Where we never go
TWISTED_DNS_RESOLVER = "crawler.resolver.SafeResolver"
DNSCACHE_SIZE = 1000
DOWNLOAD_HANDLERS = {"file": None, "ftp": None, "s3": None, "data": None}
HTTPPROXY_ENABLED = False  # a proxy is a decision of the operator, never of the environment

DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.SafetyMiddleware": 20,
    "crawler.middlewares.BackoffMiddleware": 540,
    "crawler.middlewares.ArchiveMiddleware": 585,
}
ITEM_PIPELINES = {"crawler.pipelines.DeliverPipeline": 300}

TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"

# Ours
PANTAU_DATA = "data"
PANTAU_RUN = ""
PANTAU_ALLOW_PRIVATE = False
PANTAU_PROXY = ""
PANTAU_ONLY = ""
PANTAU_SINCE = ""
PANTAU_UNTIL = ""
PANTAU_LONGEST_WAIT = 120.0  # seconds a host may ask us to wait before the run leaves it
