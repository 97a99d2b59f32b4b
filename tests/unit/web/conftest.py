"""A small sample company whose screens are open, and what a browser makes of a page. Shared by the tests of screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from detente import bootstrap
from detente.web.settings import web_settings

PEOPLE = 300

Visit = Callable[[Path], Client]


@contextmanager
def screens_of(root: Path) -> Iterator[Client]:
    """Open the screens of a workspace; yield somebody who looks at them."""
    screens = web_settings(root, ["testserver"])
    bootstrap.open_for_screens(root, screens)
    screens["INSTALLED_APPS"] = ["detente.store", *screens["INSTALLED_APPS"]]
    settings.SECRET_KEY = screens.pop("SECRET_KEY")  # where another test opened a database, there is none to return to
    with override_settings(**screens):
        yield Client()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a small sample company, replayed."""
    root = tmp_path_factory.mktemp("company")
    told = bootstrap.DemoTold(lambda _: None, lambda *_: None)
    bootstrap.demo(root, PEOPLE, lambda _: None, told)
    return root


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Open the screens of any workspace."""
    with ExitStack() as opened:
        yield lambda root: opened.enter_context(screens_of(root))


@pytest.fixture
def at_company(company: Path, visit: Visit) -> Client:
    """Somebody who looks at the sample company."""
    return visit(company)


class Seen(HTMLParser):
    """What a browser makes of a page: its parts, its links, and the text a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    @property
    def text(self) -> str:
        """All words, a space between any two."""
        return " ".join(" ".join(self._words).split())

    def all(self, tag: str, attribute: str) -> list[str]:
        """The values of an attribute of every such element that has it."""
        return [attrs[attribute] for name, attrs in self.tags if name == tag and attribute in attrs]

    @property
    def figures(self) -> list[str]:
        """The addresses of the numbers that open."""
        return [attrs["href"] for name, attrs in self.tags if name == "a" and attrs.get("class") == "ex"]


def seen(visitor: Client, address: str, status: int = 200) -> Seen:
    """Return a page that answers with a status."""
    answer = visitor.get(address)
    assert answer.status_code == status, answer.content[:800]
    return Seen(answer.content.decode())


@pytest.fixture
def see() -> Callable[..., Seen]:
    """Look at a page: `see(visitor, address)`."""
    return seen
