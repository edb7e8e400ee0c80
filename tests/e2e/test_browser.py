"""A real browser on a real server: search, narrow, open an article, follow a fact to the ledger, watch; with and without JavaScript."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from api.app import create_app
from tests.api.web.samples import NOW, fill
from tests.parts import part

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    path = part("PANTAU_TEST_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the sample store, on a free port."""
    data: Path = tmp_path_factory.mktemp("browser") / "data"
    settings = fill(data)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        started = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                started.set()

        server = Server(uvicorn.Config(create_app(settings, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert started.wait(30)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page that fails the test on any script error or refused resource."""
    options: dict[str, Any] = getattr(request, "param", {})
    context = browser.new_context(base_url=address, **options)
    made = context.new_page()
    made.set_default_timeout(60_000)  # a busy machine is slow, not wrong
    troubles: list[str] = []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    yield made
    context.close()
    assert troubles == []


def to_the_evidence(page: Page) -> None:
    page.goto("/")
    page.fill("#q", "kredit IKM")
    page.press("#q", "Enter")
    page.wait_for_url("**q=kredit*IKM*")  # a form writes +, htmx %20
    page.locator(".facet a", has_text="Kabar").first.click()
    page.wait_for_url("**outlet=kabar*")
    page.locator(".hit .facts a").first.click()
    page.wait_for_url("**/articles/*#fact-*")
    assert "Rp 100 miliar" in (page.locator(".evidence").first.text_content() or "")


def test_from_the_search_box_to_the_evidence_sentence(page: Page) -> None:
    to_the_evidence(page)
    page.locator("aside .links a", has_text="buku komitmen").first.click()
    page.wait_for_url("**/pledges/*")
    assert "sekitar Rp 100 miliar" in (page.locator("h1").text_content() or "")
    assert page.locator(".sightings > li").count() == 2


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_the_same_way_without_javascript(page: Page) -> None:
    to_the_evidence(page)


def test_back_gives_the_search_again(page: Page) -> None:
    page.goto("/?q=rotan")
    page.locator(".next a").click()
    page.wait_for_url("**cursor=*")
    page.go_back()
    page.wait_for_url("**/?q=rotan")
    page.locator(".hits > li").nth(19).wait_for()


def test_a_slash_goes_to_the_box_and_tab_to_the_content(page: Page) -> None:
    page.goto("/?q=kredit")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_choosing_an_order_sends_the_form(page: Page) -> None:
    page.goto("/?q=rotan")
    page.select_option("select[name=sort]", "newest")
    page.wait_for_url("**sort=newest*")
    assert page.locator(".hits > li").count() == 20


def test_a_watch_is_tried_saved_paused_and_removed(page: Page) -> None:
    page.goto("/companies/idx:ASII")
    page.get_by_role("link", name="Ikuti").click()
    page.get_by_role("button", name="Coba dulu").click()
    assert "pesan dalam 30 hari terakhir" in (page.locator("[role=status]").text_content() or "")
    page.get_by_role("button", name="Simpan").click()
    assert "/feeds/" in (page.locator(".where").text_content() or "")
    page.get_by_role("button", name="Jeda").click()
    page.get_by_role("button", name="Lanjutkan").wait_for()
    page.get_by_role("button", name="Hapus").click()
    page.locator(".watchlist li").wait_for(state="detached")


def test_cruel_titles_run_nothing(page: Page) -> None:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto("/?q=<script>alert(9)</script>%20kredit")
    page.goto("/?q=mebel")
    page.locator(".hit h2 a", has_text="<script>").first.click()
    page.wait_for_url("**/articles/*")
    assert "<script>alert(2)</script>" in (page.locator(".text").text_content() or "")
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int, scheme: Any) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for path in ("/", "/?q=kredit", "/pledges", "/pledges/1", "/companies/idx:ASII", "/watches", "/sources", "/guide"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
