"""What the crawler knows of each source's well-being; imports no Scrapy, so that api may read it."""

from __future__ import annotations

from crawler.items import Article, Precision


def article_counts(article: Article) -> dict[str, float]:
    """What one read article adds to its source's ledger: which fields were filled, by which layer, how long the text is."""
    counts: dict[str, float] = {"read": 1, "text_chars": len(article.text), f"text_by_{article.layers.get('text', 'none')}": 1}
    counts["has_title"] = float(bool(article.title))
    counts["has_date"] = float(article.published.precision is not Precision.NONE)
    counts["has_time"] = float(article.published.precision is Precision.MINUTE)
    counts["has_author"] = float(bool(article.authors))
    return counts
