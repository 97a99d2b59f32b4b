"""The one page that both sides sign, generated from the compiled agreement.

Every sentence comes from a clause and names it; every clause with an id is on the page. Where a clause has words of
its own (`means`), they come first, and what the replay does with it follows. Formats: plain text, HTML, and print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from detente.core.agreement import page_cycle, page_duties, page_goals, page_meaning, page_together
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.page_figures import day, plain
from detente.core.agreement.page_html import as_html, as_print
from detente.core.agreement.page_model import Line, Page, Section, Signer
from detente.core.agreement.page_source import PageSource, means
from detente.core.agreement.page_text import as_text

TITLE = "How sales and marketing work together"

FORMATS: Mapping[str, Callable[[Page], str]] = {"text": as_text, "html": as_html, "print": as_print}
"""The formats a page is written in."""

_NO_CLAUSES = ("tests", "fixtures")
"""Sections that hold examples: they are no part of the page."""


def page_of(agreement: Agreement) -> Page:
    """Return the page of one agreement version."""
    source = PageSource.of(agreement)
    sections = [_plain(section) for section in _sections(source) if section.lines]
    cited = {clause for section in sections for line in section.lines for clause in line.clauses}
    rest = tuple(_rest(source.document, cited))
    if rest:
        sections.append(_plain(Section("Also agreed", rest)))
    name = plain(agreement.id)
    return Page(
        title=TITLE,
        subtitle=f"Working agreement {name} · version {agreement.version} · from {day(agreement.effective)}",
        agreement=name,
        version=agreement.version,
        hash=agreement.hash,
        signers=_signers(source),
        sections=tuple(sections),
    )


def _plain(section: Section) -> Section:
    """Return the section without line ends and control characters that the agreement's words may hold."""
    lines = (
        Line(plain(line.text), tuple(plain(clause) for clause in line.clauses), plain(line.label))
        for line in section.lines
    )
    return Section(plain(section.title), tuple(lines))


def _sections(source: PageSource) -> Iterator[Section]:
    yield Section("Why", tuple(page_meaning.purpose(source)))
    yield Section("Words", tuple(page_meaning.vocabulary(source)))
    yield Section("Whom we look for", tuple(page_meaning.people(source)))
    yield Section("Fit and interest", (*page_meaning.fit(source), *page_meaning.interest(source)))
    yield Section("The revenue cycle", tuple(page_cycle.stages(source)))
    yield Section("Reasons", tuple(page_cycle.reasons(source)))
    yield Section("Who gets a lead", tuple(page_cycle.routing(source)))
    yield from page_duties.duties(source)
    yield Section("Working hours", tuple(page_duties.hours(source)))
    yield Section("Credit", tuple(page_goals.credit(source)))
    yield Section("Goals and pay", (*page_goals.targets(source), *page_goals.incentives(source)))
    yield Section("Consent", tuple(page_together.consent(source)))
    yield Section("Also", (*page_together.working_together(source), *page_meaning.vocabulary_lists(source)))
    yield Section("Changing this", tuple(page_together.change(source)))


def _signers(source: PageSource) -> tuple[Signer, ...]:
    signing = source.named("change").get("signed_by") or list(source.agreement.parties)
    return tuple(
        Signer(plain(name.capitalize()), plain(", ".join(filter(None, (party.name, party.signs)))), name in signing)
        for name, party in source.agreement.parties.items()
    )


def _rest(document: Mapping[str, Any], cited: set[str]) -> Iterator[Line]:
    """Yield a line for every clause with an id that no section has cited, in the order of the text."""
    for section, content in document.items():
        if section not in _NO_CLAUSES:
            for clause in _with_ids(content):
                if clause["id"] not in cited:
                    cited.add(clause["id"])
                    yield Line(means(clause).strip() or f"See {section} in the text.", (clause["id"],))


def _with_ids(content: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401  any part of the document
    if isinstance(content, Mapping):
        if isinstance(content.get("id"), str):
            yield content
        for each in content.values():
            yield from _with_ids(each)
    elif isinstance(content, list | tuple):
        for each in content:
            yield from _with_ids(each)
