"""The page both sides sign: every clause is on it, nothing on it is without one, and it is safe to show."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.page import FORMATS, page_of
from detente.core.agreement.page_model import Line
from detente.core.agreement.reader import read_agreement

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples"
CONFORMANCE = HERE.parent / "agreement" / "conformance"
EXAMPLE = HERE.parent / "agreement" / "example-agreement.yaml"
TEXTS = [
    HERE / "everything.yaml",
    EXAMPLE,
    *sorted(EXAMPLES.glob("*/agreement*.yaml")),
    *sorted(CONFORMANCE.glob("*.yaml")),
    *sorted(CONFORMANCE.glob("[0-9]*/*.yaml")),
]
EXAMPLES_ONLY = ("tests", "fixtures")


def compiled(text: str) -> Agreement:
    agreement, problems = read_agreement(text, "agreement.yaml")
    assert agreement is not None, [str(problem) for problem in problems]
    return agreement


def clause_ids(text: str) -> Iterator[str]:
    """Every `id` written in the text, its examples aside."""
    document = YAML(typ="safe").load(text)
    for section, content in document.items():
        if section not in EXAMPLES_ONLY:
            yield from ids_in(content)


def ids_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("id"), str):
            yield content["id"]
        for each in content.values():
            yield from ids_in(each)
    elif isinstance(content, list):
        for each in content:
            yield from ids_in(each)


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize("form", FORMATS)
def test_every_clause_is_on_the_page(path: Path, form: str) -> None:
    text = path.read_text(encoding="utf-8")
    written = FORMATS[form](page_of(compiled(text)))
    shown = written if form == "text" else read(written).text
    assert [clause for clause in clause_ids(text) if clause not in shown] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_sentence_and_so_no_number_is_without_its_clause(path: Path) -> None:
    page = page_of(compiled(path.read_text(encoding="utf-8")))
    assert all(line.clauses and line.text for section in page.sections for line in section.lines)
    with pytest.raises(ValueError, match="without a clause"):
        Line("450 leads", ())


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        ("mql.score", "The score is at least 30 and the grade is A."),
        (
            "mql.wide",
            (
                "There are at least 3 pages among page views in the last 7 days or the sum of amount over orders is "
                "more than 1,000."
            ),
        ),
        (
            "score.pricing",
            "10 points for each page view (the page is pricing), at most 30 in all; they run out after 36 hours.",
        ),
        ("score.bounce", "−20 points for each bounced e-mail, at least −20 in all."),
        ("sla.day", "From MQL to SAL or Back: within 24 hours."),
        ("targets.2026Q4", "Together: revenue €1,140,000. Marketing: MQL 450. Sales: won 38."),
        (
            "consent.dach",
            "If the person's country is DE or AT: e-mail only if there is a given consent (the purpose is email).",
        ),
    ],
)
def test_clauses_read_as_plain_sentences(clause: str, sentence: str) -> None:
    page = page_of(compiled(TEXTS[0].read_text(encoding="utf-8")))
    assert [line.text for section in page.sections for line in section.lines if clause in line.clauses] == [sentence]


def test_the_text_is_at_most_80_columns_wide() -> None:
    written = FORMATS["text"](page_of(compiled(TEXTS[0].read_text(encoding="utf-8"))))
    assert max(map(len, written.splitlines())) <= 80


def test_the_page_of_the_example_is_as_it_was_read_last() -> None:
    """If a change is meant: `detente page …/example-agreement.yaml -o tests/unit/page/example.txt`."""
    agreement = compiled(EXAMPLE.read_text(encoding="utf-8"))
    assert FORMATS["text"](page_of(agreement)) == (HERE / "example.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["html", "print"])
def test_a_browser_loads_nothing_and_runs_nothing(form: str) -> None:
    html = FORMATS[form](page_of(compiled(TEXTS[0].read_text(encoding="utf-8"))))
    reader = read(html)
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("style", "src", "href")]
    assert "url(" not in html
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(value for name, value in reader.attributes if name == "content" and value and "default-src" in value)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


def test_anchors_are_there_once() -> None:
    reader = read(FORMATS["html"](page_of(compiled(TEXTS[0].read_text(encoding="utf-8")))))
    anchors = [value for name, value in reader.attributes if name == "id"]
    assert "sla.speed" in anchors
    assert len(anchors) == len(set(anchors))


def test_paper_has_signature_lines_for_those_who_sign_and_the_hash_at_its_foot() -> None:
    agreement = compiled(TEXTS[0].read_text(encoding="utf-8"))
    html = FORMATS["print"](page_of(agreement))
    signatures = re.search('<ul class="signatures".*?</ul>', html, re.DOTALL)
    assert signatures is not None
    assert re.findall("<li>(.*?):", signatures[0]) == ["Marketing", "Sales"]
    assert f"harbour/everything 2.1.0 · SHA-256 {agreement.hash[:16]}" in html
    assert "prefers-color-scheme" not in html


SMALL = """
agreement: harbour/words
language: 1
version: 1.0.0
effective: 2026-01-01
timezone: Europe/Berlin
parties: {{marketing: {{signs: "{words}", name: "{words}"}}, sales: {{signs: s}}}}
glossary: {{lead: {{id: word.lead, means: "{words}"}}}}
stages:
  Lead: {{id: stage.lead, means: "{words}", owner: marketing, basis: computed, enter: {{when: person.email is known}}}}
"""

hostile = st.text(st.sampled_from("ab <>&'\"/=;%{}\\()\u202e\u2028é·\x85"), min_size=1, max_size=30).filter(str.strip)


@given(hostile)
def test_words_of_the_agreement_are_never_read_as_markup(words: str) -> None:
    escaped = "".join(f"\\U{ord(c):08x}" for c in words)
    page = page_of(compiled(SMALL.format(words=escaped)))
    plain = [read(FORMATS[form](page_of(compiled(SMALL.format(words="x"))))) for form in ("html", "print")]
    for form, usual in zip(("html", "print"), plain, strict=True):
        reader = read(FORMATS[form](page))
        assert reader.tags == usual.tags
        assert [name for name, _ in reader.attributes] == [name for name, _ in usual.attributes]
    assert "\u202e" not in FORMATS["text"](page)
