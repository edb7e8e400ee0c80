"""The pages: accessible by construction, in two languages, and deaf to what cruel texts say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.records import FacetValue
from api.web.charts import before, by_month
from api.web.words import LANGUAGES, catalogue
from tests.api.web.conftest import Serve
from tests.api.web.samples import CRUEL

PAGES = ["/", "/?q=kredit", "/?q=kind:x", "/?q=tidakadayangcocok", "/?q=kredit&outlet=kabar&sort=newest", "/?q=date:2022-11", "/pledges",
         "/pledges?by=ASII", "/pledges?kind=x", "/pledges/1", "/companies/idx:ASII", "/companies/gov:kemenperin", "/programmes/prog:kur",
         "/watches", "/watches?company=idx:ASII", "/review", "/sources", "/guide", "/login", "/nope"]  # fmt: skip
NUMBER = re.compile(r"\d")


def article_paths(client: TestClient) -> list[str]:
    return [f"/articles/{hit['id']}" for hit in client.get("/api/search", params={"limit": 100}).json()["hits"]]


def parsed(text: str) -> Any:
    return html.document_fromstring(text)


def tree(client: TestClient, path: str, lang: str = "id") -> Any:
    answer = client.get(path, params={"lang": lang} if "?" not in path else None, headers={"Cookie": f"lang={lang}"})
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return parsed(answer.text)


def name_of(element: Any) -> str:
    title = " ".join(str(t) for t in element.xpath(".//*[local-name()='title']/text()"))
    return " ".join((element.get("aria-label") or element.text_content() or title).split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible(client: TestClient, path: str, lang: str) -> None:
    page = tree(client, path, lang)
    assert page.get("lang") == lang
    assert name_of(page.find(".//title"))
    assert len(page.xpath("//main")) == len(page.xpath("//header[contains(@class,'top')]")) == len(page.xpath("//footer")) == 1
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert page.xpath("//nav/@aria-label")
    for control in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        assert control.xpath("ancestor::label") or page.xpath(f"//label[@for='{control.get('id')}']"), html.tostring(control)
    for button in page.xpath("//button|//a[@href]"):
        assert name_of(button), html.tostring(button)
    for table in page.xpath("//table"):
        assert table.xpath(".//th[@scope]")
    identities = page.xpath("//@id")
    assert len(identities) == len(set(identities))
    assert not page.xpath("//img[not(@alt)]")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_that_the_policy_forbids(client: TestClient, path: str) -> None:
    page = tree(client, path)
    assert not page.xpath("//@style")
    assert not page.xpath("//style|//script[not(@src)]|//*[@*[starts-with(name(), 'on')]]")
    for address in page.xpath("//script/@src|//link/@href"):
        assert address.startswith("/static/")
        assert client.get(address).headers["cache-control"].endswith("immutable")


def test_links_within_the_site_lead_somewhere(client: TestClient) -> None:
    seen: set[str] = set()
    for path in [*PAGES[:2], "/pledges", "/pledges/1", "/companies/idx:ASII", "/sources", *article_paths(client)[:3]]:
        for address in tree(client, path).xpath("//a/@href"):
            target = urlsplit(address)
            if target.scheme or target.path in seen or not target.path:
                continue
            seen.add(target.path)
            assert client.get(address).status_code == 200, f"{path} → {address}"
    assert len(seen) > 15


def test_cruel_words_stay_words(client: TestClient) -> None:
    paths = [
        "/", f"/?q={CRUEL}", "/?q=kredit", "/?outlet=<script>x</script>", "/pledges?by=<script>alert(1)</script>",
        '/watches?query="><script>alert(1)</script>', "/<script>alert(1)</script>", "/companies/<script>", *article_paths(client),
    ]  # fmt: skip
    shown = 0
    for path in paths:
        answer = client.get(path)
        assert answer.status_code < 500
        page = parsed(answer.text)
        assert {urlsplit(s).path.rsplit("/", 1)[-1] for s in page.xpath("//script/@src")} == {"htmx.min.js", "pantau.js"}
        assert not page.xpath("//script[not(@src)]|//img|//b[text()='tebal']|//*[@onerror]")
        assert not [a for a in page.xpath("//a/@href") if a.lower().lstrip().startswith(("javascript:", "data:"))]
        shown += "<script>alert(2)</script>" in page.text_content()
    assert shown >= 1, "the cruel text is shown, as text"


def test_a_cruel_address_is_not_linked(serve: Serve) -> None:
    from api.store.schema import articles

    client = serve()
    server = client.app.state.server  # type: ignore[attr-defined]  # the app is a FastAPI
    with server.database.write() as connection:
        connection.execute(articles.update().values(url="javascript:alert(1)"))
    for path in article_paths(client)[:3]:
        assert 'href="javascript' not in client.get(path).text


@cache
def used_keys() -> frozenset[str]:
    """Keys that templates name literally."""
    found: set[str] = set()
    for template in (files("api.web") / "templates").iterdir():
        found.update(re.findall(r"""\bt\(["']([a-z_]+\.[a-z_0-9]+)["'][,)]""", template.read_text(encoding="utf-8")))
    return frozenset(found)


def test_both_catalogues_hold_the_same_keys_and_places_to_fill() -> None:
    one, other = catalogue("id"), catalogue("en")
    assert one.keys() == other.keys()
    for key in one:
        assert set(_places(one[key])) == set(_places(other[key])), key
        assert one[key] != "" != other[key]


def _places(text: object) -> Iterator[str]:
    for part in text.values() if isinstance(text, dict) else [text]:
        yield from re.findall(r"\{(\w+)\}", str(part))


def test_every_key_a_template_names_exists() -> None:
    assert len(used_keys()) > 80
    assert used_keys() <= catalogue("id").keys()


def test_every_code_that_can_be_shown_has_a_word() -> None:
    from api.alerts.model import Ask, State, Subject
    from api.records import FACETS
    from api.wording import words
    from crawler.items import ArticleType
    from nlp.analysis import EntityType, Kind, MoneyRole, Status

    wanted = {f"type.{c}" for c in ArticleType} | {f"role.{c}" for c in MoneyRole} | {f"entity.{c}" for c in EntityType}
    wanted |= {f"watches.asks_{c}" for c in Ask} | {f"watches.state_{c}" for c in State} | {f"watches.{c}" for c in Subject}
    wanted |= {f"facet.{name}" for name in FACETS}
    for lang in LANGUAGES:
        assert wanted <= catalogue(lang).keys()
        assert {c.value for c in Kind} <= words(lang).kind.keys()
        assert {c.value for c in Status} <= words(lang).status.keys()


def test_a_language_once_chosen_is_kept(serve: Serve) -> None:
    client = serve()
    assert "Siapa menjanjikan" in client.get("/").text
    assert "Who commits" in client.get("/?lang=en").text
    assert "Who commits" in client.get("/").text
    assert "Siapa menjanjikan" in client.get("/?lang=id").text


def test_amounts_and_days_are_written_as_people_read_them(client: TestClient) -> None:
    indonesian = tree(client, "/?q=kredit").text_content()
    assert "sekitar Rp 100 miliar · kredit · disalurkan" in " ".join(indonesian.split())
    assert re.search(r"1 November 2022 1[12]\.00 WIB", indonesian)
    english = " ".join(tree(client, "/?q=kredit", "en").text_content().split())
    assert "about IDR 100 billion · credit · disbursed" in english


def test_a_copied_story_says_where_else(client: TestClient) -> None:
    assert "juga di 1 media" in " ".join(tree(client, '/?q="Link and Match"').text_content().split())


def test_the_evidence_is_marked_in_the_text_and_linked(client: TestClient) -> None:
    hit = client.get("/api/search", params={"q": "kind:kredit to:IKM"}).json()["hits"][0]
    page = tree(client, f"/articles/{hit['id']}")
    fact = hit["facts"][0]["fact_id"]
    (evidence,) = page.xpath(f"//section[contains(@class,'text')]//*[@id='fact-{fact}']")
    assert "Rp 100 miliar" in evidence.text_content()
    assert page.xpath(f"//aside//a[@href='#fact-{fact}']")
    assert evidence.xpath(".//*[contains(@class,'m-commitment')]")
    assert evidence.xpath(".//a[@href='/companies/idx:ASII']")


def test_the_removable_chip_leads_to_the_query_without_it(client: TestClient) -> None:
    page = tree(client, "/?q=mebel kind:kredit")
    links = [urlsplit(a.get("href")).query for a in page.xpath("//a[contains(@class,'chip')]")]
    assert links == ["q=kind%3Akredit", "q=mebel"]


@pytest.mark.parametrize(("lang", "says"), [("id", ["kind: kredit", "literal: IKM"]), ("en", ["kind: credit", "literal: IKM"])])
def test_a_chip_is_said_in_the_language_of_the_page_and_words_as_they_were_written(client: TestClient, lang: str, says: list[str]) -> None:
    page = tree(client, "/?q=mebel kind:kredit literal:IKM", lang)
    assert [a.xpath("text()")[0] for a in page.xpath("//a[contains(@class,'k-clause')]")] == says


@pytest.mark.parametrize("query", ["tidakadayangcocok", "kredit date:2022-09-01"], ids=["never said", "a day without articles"])
def test_an_empty_result_tells_what_was_covered(client: TestClient, query: str) -> None:
    page = tree(client, f"/?q={query}")
    assert [name_of(h) for h in page.xpath("//h2")] == ["Tidak ada artikel yang cocok.", "Cakupan menurut media"]
    assert page.xpath("//ul[@class='coverage']")


def test_articles_of_months_that_are_not_drawn_are_counted() -> None:
    found = [FacetValue("2022-11", "", 3), FacetValue("2019-12", "", 2), FacetValue("2019-11", "", 5)]
    assert before(found, by_month(found)) == 5


@pytest.mark.parametrize(("lang", "values"), [("id", "anggaran, bantuan"), ("en", "aid, budget")])
def test_the_guide_and_a_refusal_name_values_in_the_language_of_the_page(client: TestClient, lang: str, values: str) -> None:
    for path in ("/guide", "/?q=kind:x"):
        assert values in name_of(tree(client, path, lang).find(".//main")), path


def test_a_query_that_cannot_be_read_shows_the_place_and_a_way_out(client: TestClient) -> None:
    answer = client.get("/?q=kind:x mebel")
    assert answer.status_code == 400
    page = parsed(answer.text)
    assert [mark.text_content() for mark in page.xpath("//*[@role='alert']//mark")] == ["kind:x"]
    assert page.xpath("//*[@role='alert']//a[contains(@href,'q=')]")
    assert page.xpath("//input[@name='q']/@value") == ["kind:x mebel"]


def test_a_note_footnotes_every_pledge(client: TestClient) -> None:
    text = client.get("/pledges/note").text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines
    for line in lines:
        for mark in re.findall(r"\[\^\d+\]", line):
            assert f"\n{mark}: " in text
        assert "[^" in line
    assert "<script>" not in text


def test_an_analyst_can_reject_from_the_page(serve: Serve) -> None:
    client = serve()
    hit = client.get("/api/search", params={"q": "kind:kredit to:IKM"}).json()["hits"][0]
    fact = hit["facts"][0]["fact_id"]
    page = tree(client, f"/articles/{hit['id']}")
    action = page.xpath("//aside//form/@action")[0]
    assert client.post(action, data={"action": "reject"}, follow_redirects=False).status_code == 303
    assert f"fact-{fact}" not in client.get(f"/articles/{hit['id']}").text


def test_the_review_queue_starts_with_the_largest_and_forgets_what_was_reviewed(serve: Serve) -> None:
    client = serve()
    page = tree(client, "/review")
    first, *others = page.xpath("//li[contains(@class,'card')]")
    assert "Rp 2 triliun" in first.text_content()
    action = first.xpath(".//form/@action")[0]
    assert client.post(action, data={"action": "review"}, follow_redirects=False).status_code == 303
    again = tree(client, "/review").xpath("//li[contains(@class,'card')]")
    assert len(again) == len(others)
    assert "Rp 2 triliun" not in again[0].text_content()


def test_a_watch_is_tried_before_it_is_saved(serve: Serve) -> None:
    client = serve()
    answer = client.post("/watches", data={"act": "preview", "query": "kind:kredit to:IKM"})
    assert "1 pesan dalam 30 hari terakhir" in answer.text
    assert client.get("/api/watches").json() == []
    answer = client.post("/watches", data={"act": "add", "company": "tidak ada yang begini"})
    assert answer.status_code == 400
    assert "tidak ada yang begini" in answer.text


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_stands_out_from_its_ground_in_light_and_dark() -> None:
    css = (files("api.web") / "static" / "pantau.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\n *\}", css, re.DOTALL)[:2]
    )
    grounds = ("ground", "paper", "hover")
    marks = ("commitment", "target", "realisation", "figure", "evidence", "accent-wash", "warn-wash", "good-wash")
    for theme in (light, light | dark):
        pairs = [(text, ground) for text in ("ink", "soft", "accent", "warn") for ground in grounds]
        pairs += [("ink", mark) for mark in marks] + [("mark-ink", "mark"), ("accent-ink", "accent"), ("warn", "warn-wash")]
        for text, ground in pairs:
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize(("lang", "notice"), [("id", "Satu angka berubah"), ("en", "One figure changed")])
def test_an_edited_article_shows_the_figure_that_changed_and_both_wordings(client: TestClient, lang: str, notice: str) -> None:
    hit = client.get("/api/search", params={"q": "smelter morowali", "mode": "words"}).json()["hits"][0]
    page = tree(client, f"/articles/{hit['id']}", lang)
    (told,) = page.xpath("//p[contains(@class,'notice')]")
    assert name_of(told).startswith(notice)
    assert "Rp 12 triliun → Rp 1,2 triliun" in name_of(told)
    (section,) = page.xpath("//section[@id='edits']")
    assert [name_of(e) for e in section.xpath(".//del")].count("Pabrik itu mulai bekerja tahun depan.") == 0
    assert "Bupati hadir di peresmian." in [name_of(e) for e in section.xpath(".//ins")]


@pytest.mark.parametrize(("lang", "says"), [("id", "bukan tanggal"), ("en", "is not a date")])
def test_what_is_wrong_with_a_query_is_told_in_the_language_of_the_page(client: TestClient, lang: str, says: str) -> None:
    page = client.get("/", params={"q": "kredit date:kapan", "lang": lang})
    assert page.status_code == 400
    assert f"“kapan” {says}" in page.text
