"""Take the pictures of the screens that the README and the documentation show.

    tools/screen_pictures.py DIR          # a workspace that is replayed, e.g. demo; needs Chromium

Output: home, home-dark, explain, lead and agreement as PNG in `docs/assets`, 1440 points wide, from `detente serve`.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ASSETS = Path(__file__).resolve().parents[1] / "docs" / "assets"
PROGRAM = Path(sysconfig.get_path("scripts")) / "detente"
SIZE: ViewportSize = {"width": 1440, "height": 900}


def take(page: Page, address: str) -> None:
    """Take every picture; home in both themes."""
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    page.screenshot(path=ASSETS / "home-dark.png")
    page.emulate_media(color_scheme="light")
    page.goto(address)
    page.screenshot(path=ASSETS / "home.png")
    page.locator("main a.ex").first.click()
    page.locator("#panel [role=dialog]").wait_for()
    page.screenshot(path=ASSETS / "explain.png")
    page.locator("#panel a[href^='/leads/p']").first.click()
    page.locator("main h2").first.wait_for()
    page.screenshot(path=ASSETS / "lead.png")
    page.goto(f"{address}agreement/")
    page.screenshot(path=ASSETS / "agreement.png")


def main(workspace: str) -> None:
    """Serve a workspace, take the pictures, and end the server."""
    server = subprocess.Popen(
        [PROGRAM, "serve", "--dir", workspace, "--port", "0"], stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert server.stderr is not None
    try:
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+/", line)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            take(browser.new_page(viewport=SIZE), address)
            browser.close()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


if __name__ == "__main__":
    main(sys.argv[1])
