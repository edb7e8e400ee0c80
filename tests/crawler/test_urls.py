"""Canonical URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import canonical_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.contoh.example/berita/1/", "https://contoh.example/berita/1"),
        ("https://m.contoh.example/berita/1?utm_source=wa&fbclid=9", "https://contoh.example/berita/1"),
        ("https://contoh.example/berita/1?page=all#komentar", "https://contoh.example/berita/1"),
        ("https://contoh.example/d-1/judul?single=1", "https://contoh.example/d-1/judul"),
        ("https://contoh.example/berita/1/amp/", "https://contoh.example/berita/1"),
        ("https://contoh.example/baca?b=2&a=1", "https://contoh.example/baca?a=1&b=2"),
        ("https://CONTOH.example:443/Berita", "https://contoh.example/Berita"),
        ("http://contoh.example:8080/berita", "http://contoh.example:8080/berita"),
        ("https://contoh.example/baca?page=2", "https://contoh.example/baca?page=2"),
        ("/berita/2", "https://contoh.example/berita/2"),
    ],
)
def test_addresses_of_one_article_have_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url, "https://contoh.example/") == canonical


@pytest.mark.parametrize(
    "url", ["", None, "mailto:a@contoh.example", "javascript:void(0)", "https://", "http://[oops", "file:///etc/passwd"]
)
def test_what_is_no_web_address_has_none(url: str | None) -> None:
    assert canonical_url(url) is None


@given(st.text(max_size=40), st.text(alphabet="abc/&=?%#ü -", max_size=40))
def test_a_canonical_form_stays_as_it_is(path: str, query: str) -> None:
    once = canonical_url(f"https://www.contoh.example/{path}?{query}")
    assert once is None or canonical_url(once) == once
