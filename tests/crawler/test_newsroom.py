"""The sample newsroom: enough of everything, served as the web serves it, extracted exactly, annotated consistently."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.extract.article import extract_page
from crawler.extract.rules import rules_of
from crawler.items import Published
from crawler.newsroom.gold import GOLD, lines
from crawler.newsroom.model import HERE, Story, load
from crawler.newsroom.pages import site
from crawler.newsroom.server import serve
from crawler.outlets import load_outlets
from crawler.runner import crawl
from crawler.sources import load_sources
from crawler.spool import read_segment, segments

NOW = dt.datetime(2026, 3, 10, 5, 0, tzinfo=dt.UTC)
ROOM = load()
EVENT = ("link-and-match-ikm-astra", "ikm-terima-kredit-link-and-match", "kredit-kemitraan-ikm-astra")
FAST = {"AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0}


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    with serve(now=NOW) as address:
        yield address


def fetch(proxy: str, url: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(proxy).netloc, timeout=10)
    connection.request("GET", url, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]  # kept beside the answer, the connection closes
    connection.close()
    return answer


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def test_there_is_enough_of_everything() -> None:
    assert len(ROOM.stories) >= 44
    assert len({story.outlet for story in ROOM.stories}) >= 6
    assert sum(ROOM.outlets[story.outlet].lang == "en" for story in ROOM.stories) >= 5
    assert {"news", "release", "opinion", "market_note", "advertorial"} <= {story.type for story in ROOM.stories}
    assert sum(story.days_ago is not None for story in ROOM.stories) >= 5
    assert any(story.pages for story in ROOM.stories)
    assert any(line.startswith("|") for story in ROOM.stories for line in story.body)
    assert {outlet.discovery for outlet in ROOM.outlets.values()} == {"listing", "rss", "atom", "sitemap", "search"}
    assert {bool(ROOM.outlets[story.outlet].whole) for story in ROOM.stories if story.pages} == {False, True}


def test_the_event_is_told_by_three_outlets_and_one_of_them_copies() -> None:
    told = {story.slug: story for story in ROOM.stories if story.slug in EVENT}
    assert len({story.outlet for story in told.values()}) == 3
    assert {str(story.published)[:10] for story in told.values()} == {"2022-11-01"}
    first, other, copy = (shingles(told[slug].text) for slug in EVENT)
    assert len(first & copy) / len(first | copy) >= 0.7
    assert len(first & other) / len(first | other) < 0.1


@pytest.mark.parametrize("story", ROOM.stories, ids=lambda s: s.slug)
def test_a_page_is_extracted_to_its_title_time_and_text(story: Story) -> None:
    pages = site(ROOM, NOW)
    url = ROOM.url(story, NOW)
    source = load_sources(HERE / "sources")[story.outlet]
    rules = rules_of(source, load_outlets(HERE / "outlets.yml"), NOW.date())
    assert source.is_article(url)
    read = extract_page(pages[url.removeprefix("http://")].body, url, rules, now=NOW)
    assert read.title == story.title
    assert read.published.moment() == story.moment(NOW)
    if story.pages:
        assert story.text.startswith(read.text)
    else:
        assert read.text == story.text


def test_the_server_answers_as_the_web_does(proxy: str) -> None:
    url = ROOM.url(ROOM.stories[0], NOW)
    first = fetch(proxy, url)
    assert (first.status, first.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert fetch(proxy, url, **{"If-None-Match": str(first.getheader("ETag"))}).status == 304
    assert fetch(proxy, url, **{"If-Modified-Since": str(first.getheader("Last-Modified"))}).status == 304
    assert fetch(proxy, url, **{"Accept-Encoding": "gzip"}).getheader("Content-Encoding") == "gzip"
    assert fetch(proxy, urlsplit(url).path, Host=str(urlsplit(url).hostname)).status == 200
    assert fetch(proxy, f"http://{urlsplit(url).hostname}/robots.txt").status == 200
    assert fetch(proxy, f"{url}-tidak-ada").status == 404
    assert fetch(proxy, "http://elsewhere.example/").status == 404


def test_a_crawl_brings_every_article_whole_and_a_second_one_nothing(proxy: str, tmp_path: Path) -> None:
    def run(name: str) -> int:
        return crawl(
            load_sources(HERE / "sources").values(), data=tmp_path, user_agent="Pantau tests", allow_private=True, proxy=proxy,
            outlets=(HERE / "outlets.yml",), run=name, settings=FAST, timeout=120,
        ).articles  # fmt: skip

    assert run("one") == len(ROOM.stories)
    assert run("two") == 0
    rows = [row for path in segments(tmp_path / "spool") for _, row in read_segment(path) if row is not None]
    texts = {(row["title"], row["outlet"]): row["text"] for row in rows}
    assert texts == {(story.title, story.outlet): story.text for story in ROOM.stories}
    assert all(Published(**row["published"]).moment() for row in rows)


def test_the_annotations_are_those_of_the_articles() -> None:
    assert GOLD.read_text(encoding="utf-8").splitlines() == lines()


def test_every_label_cuts_its_amount_out_of_the_text() -> None:
    roles: Counter[str] = Counter()
    for record in map(json.loads, lines()):
        for mention in record["money"]:
            assert record["text"][mention["start"] :].startswith(mention["surface"])
            assert 0 < mention["low"] <= mention["high"]
            roles[mention["role"]] += 1
        for commitment in record["commitments"]:
            assert commitment["evidence"] in record["text"]
    assert set(roles) == {"commitment", "target", "realisation", "revenue", "price", "market_value", "statistic", "loss", "other"}


def test_what_the_newsroom_was_made_to_show_is_annotated() -> None:
    records = {record["id"]: record for record in map(json.loads, lines())}
    event = records["newsroom-kabar-industri-link-and-match-ikm-astra"]["commitments"]
    assert [(c["amount_low"], c["currency"], c["approx"], c["kind"], c["status"], c["beneficiaries"], c["programme"]) for c in event] == [
        (100_000_000_000, "IDR", True, "credit", "disbursed", ["IKM"], "Link and Match IKM")
    ]
    loan = [r["commitments"][0] for i, r in records.items() if "garuda" in i]
    assert {(c["amount_low"], c["status"]) for c in loan} == {(405_000_000, "signed"), (405_000_000, "disbursed")}
    plant = [r["commitments"][0] for i, r in records.items() if "byd" in i]
    assert {(c["amount_low"], c["currency"]) for c in plant} == {(1_300_000_000, "USD"), (11_700_000_000_000, "IDR")}
    assert sum(not record["commitments"] for record in records.values()) >= 8
