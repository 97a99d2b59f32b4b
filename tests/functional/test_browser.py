"""The screens in a real browser: journeys of the people who use them, and what holds on every page.

Needs Chromium (on the path, or where Playwright keeps its own). Without one these tests are skipped and say so;
with DETENTE_REQUIRE_BROWSER=1 they are not.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from .conftest import run_cli, serving

PAGES = ("home", "results", "leads", "a lead", "a figure", "agreement", "text of the agreement", "tests", "not found")
WIDE, MIDDLE, NARROW = (1440, 900), (1024, 768), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window. It goes with this module: its event loop would stop Django in the tests after it."""
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
            )
        except BrowserError as error:
            if os.environ.get("DETENTE_REQUIRE_BROWSER"):
                raise
            pytest.skip(f"BROWSER TESTS SKIPPED: there is no Chromium ({str(error).splitlines()[0]})")
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page of the served company; it fails the test if the page says an error or asks anybody else for anything."""
    context = browser.new_context(base_url=site, viewport={"width": WIDE[0], "height": WIDE[1]})
    tab = context.new_page()
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "404 (Not Found)" not in message.text:
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((site, "data:")):
            wrong.append(f"asked for {request.url}")

    tab.on("console", said)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", asked)
    yield tab
    context.close()
    assert wrong == []


def address(page: Page, name: str) -> str:
    """Find the way to one of the pages, as a person would."""
    fixed = {"home": "/", "results": "/results/", "leads": "/leads/", "agreement": "/agreement/", "not found": "/no/"}
    if name in fixed:
        return fixed[name]
    page.goto({"a lead": "/leads/", "a figure": "/"}.get(name, "/agreement/"))
    link = {
        "a lead": page.locator("main a[href^='/leads/p']").first,
        "a figure": page.locator("main a.ex").first,
        "text of the agreement": page.get_by_role("link", name=re.compile("YAML")),
        "tests": page.get_by_role("link", name=re.compile("^Tests")),
    }[name]
    found = link.get_attribute("href")
    assert found is not None
    return found if found.startswith("/") else f"/agreement/{found}"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_read_by_everybody_in_both_themes(page: Page, name: str) -> None:
    where = address(page, name)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto(where)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        expect(page.locator("h1")).to_have_count(1)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(page: Page, name: str) -> None:
    where = address(page, name)
    for width, height in (WIDE, MIDDLE, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(where)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_figure_opens_beside_the_page_shows_its_rows_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/")
    figure = page.locator("main a.ex").first
    figure.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.get_by_role("dialog")).to_be_visible()
    expect(panel.get_by_role("table").last).to_be_visible()
    assert page.evaluate("() => document.getElementById('panel').contains(document.activeElement)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("dialog")).to_have_count(0)
    expect(figure).to_be_focused()


def test_from_a_figure_to_the_lead_behind_it_and_why_it_is_there(page: Page) -> None:
    page.goto("/")
    page.locator("main a.ex").first.click()
    row = page.locator("#panel a[href^='/leads/p']").first
    name = row.inner_text()
    row.click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.get_by_role("heading", name=re.compile("^Why this is"))).to_be_visible()


def test_a_chosen_theme_is_there_at_the_first_paint_of_the_next_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    response = page.goto("/agreement/")
    assert response is not None
    assert 'data-bs-theme="dark"' in response.text()


def test_the_keyboard_alone_reaches_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_everything_opens_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("main a.ex").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/explain/" in page.url
    page.locator("main a[href^='/leads/p']").first.click()
    expect(page.get_by_role("heading", name=re.compile("^Why this is"))).to_be_visible()
    context.close()


# --- words from outside ---------------------------------------------------------------------------------------------

RUDE = (
    "<script>document.title='ran'</script>",
    '"><img src=x onerror="document.title=\'ran\'">',
    "</title></script><script>document.title='ran'</script>",
    "javascript:document.title='ran'",
    "\N{RIGHT-TO-LEFT OVERRIDE}backwards",
    "Unending" * 1_000,
    "line\nafter line",
    "{{ settings }}{% debug %}",
)


@pytest.fixture(scope="module")
def rude_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served workspace in which every name and every page that was viewed means harm."""
    folder = tmp_path_factory.mktemp("rude") / "harbour"
    shutil.copytree(Path(__file__).parent / "harbour", folder)
    settings = folder / "detente.toml"
    settings.write_text(settings.read_text().replace('"Harbour"', f"""'''{RUDE[2]}'''"""))
    people = [["Id", "Name", "Email", "Phone", "Employees", "Created"]]
    events = [["Id", "Person", "What", "Page", "At"]]
    for n, words in enumerate(RUDE):
        people.append([f"R{n}", words, f"r{n}@rude.example", words, "120", "2025-06-02 09:00"])
        events.append([f"V{n}", f"R{n}", "Page", words, "2025-06-03 10:00"])
        events.append([f"D{n}", f"R{n}", "Demo form", words, "2025-06-03 10:05"])
    for name, rows in (("people2.csv", people), ("events2.csv", events)):
        with (folder / "exports" / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    for arguments in (("import", "-m", "mappings/crm.yaml", "exports"), ("replay", "--as-of", "2025-06-10 12:00")):
        assert run_cli(folder, *arguments).returncode == 0
    with serving(folder, "serve", "--port", "0") as address:
        yield address


def test_words_from_outside_stay_words_on_every_page(browser: Browser, rude_site: str) -> None:
    page = browser.new_page(base_url=rude_site)
    page.goto("/leads/")
    leads = {
        str(link.get_attribute("href")).partition("?")[0] for link in page.locator("main th a[href^='/leads/']").all()
    }
    assert len(leads) >= len(RUDE)
    stories = [lead + part for lead in sorted(leads) for part in ("", "timeline/", "values/")]
    for where in ("/", "/results/", "/leads/", "/leads/?q=unending", "/agreement/", "/explain/stage/MQL/", *stories):
        for width in (WIDE[0], NARROW[0]):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(where)
            assert page.title().endswith("· Détente"), where
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, where
        assert page.evaluate("() => [...document.scripts].every((each) => each.src)"), where
        assert page.locator("main img, main iframe, [onerror], a[href^='javascript:' i]").count() == 0, where
    page.close()
