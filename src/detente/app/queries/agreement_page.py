"""The agreement as a page of its own: its versions on one line, what each says, and whether its tests pass.

Input: a snapshot and the timeline it was judged under. Nothing here changes while a snapshot serves, so that it is read
once for each; how often a clause came to bear in a period is `clauses_in_use`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from detente.app.ports.snapshots import Snapshot
from detente.core.agreement.agreement import Agreement, AgreementTest, Timeline
from detente.core.agreement.clause_places import ClausePlace, clause_places
from detente.core.agreement.page import page_of
from detente.core.agreement.page_figures import listed, spaced
from detente.core.agreement.page_model import Page
from detente.core.agreement.references import used_in
from detente.core.errors import UsageError
from detente.core.replay.examples import run_tests

ENDED, IN_FORCE, TO_COME = "ended", "in force", "to come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version on the line. `ends`: the first day on which it no longer holds, None while there is no later one."""

    version: str
    hash: str
    begins: date
    ends: date | None
    state: str  # ended, in force, to come
    before: str | None  # the version that it follows
    differs: tuple[str, ...]  # the clauses worded otherwise than in that one, in the order of the page
    dropped: tuple[str, ...]  # the clauses of that one that it no longer has

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, None while there is no later version."""
        return None if self.ends is None else self.ends - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test of the agreement with its outcome. `under`: the version it ran under alone; `message`: what differs."""

    test: AgreementTest
    under: str | None
    passed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What another version says; empty where it has no such clause."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseNote:
    """What surrounds one clause: which clauses use it, who decides on it, where it stands, what other versions say."""

    clause: str
    used_in: tuple[str, ...]
    decides: str | None
    line: int | None
    earlier: tuple[Wording, ...]  # newest first
    later: tuple[Wording, ...]  # oldest first


@dataclass(frozen=True)
class VersionPage:
    """One version with everything its page shows."""

    agreement: Agreement
    page: Page
    text: str
    line: Version
    verdicts: tuple[Verdict, ...]
    notes: Mapping[str, ClauseNote]
    ran_hash: str | None  # of the text under which the ledger was judged

    @property
    def passed(self) -> int:
        """How many of its tests pass."""
        return sum(verdict.passed for verdict in self.verdicts)

    @property
    def all_pass(self) -> bool:
        """Whether every test of the version passes."""
        return self.passed == len(self.verdicts)

    @property
    def same_text(self) -> bool:
        """Whether the page and what was replayed come from one text."""
        return self.agreement.hash == self.ran_hash

    @property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """Party → the topics it decides on, as the agreement says."""
        found: dict[str, list[str]] = {}
        for topic, owner in (self.agreement.document.owners or {}).items():
            found.setdefault(owner, []).append(spaced(topic))
        return {owner: tuple(topics) for owner, topics in found.items()}


@dataclass(frozen=True)
class AgreementPages:
    """Every version of the workspace's agreement, oldest first."""

    versions: tuple[VersionPage, ...]
    current: VersionPage  # in force at the snapshot's instant

    def version(self, name: str | None) -> VersionPage:
        """Return a version by its name, None the one in force. UsageError, with those there are, for any other."""
        if name is None:
            return self.current
        found = next((each for each in self.versions if each.agreement.version == name), None)
        if found is None:
            there = listed([each.agreement.version for each in self.versions], "and")
            raise UsageError(f"there is no version {name} of this agreement: there is {there}")
        return found

    def on(self, day: date) -> VersionPage:
        """Return the version that held on a day; the first also rules the time before it."""
        held = [each for each in self.versions if each.agreement.effective <= day]
        return held[-1] if held else self.versions[0]


def agreement_pages(snapshot: Snapshot, timeline: Timeline) -> AgreementPages:
    """Read every version: pages, notes and the outcome of every test."""
    texts = dict(snapshot.agreement_texts())
    ran = {each.version: each.hash for each in snapshot.info.versions}
    pages = [page_of(each) for each in timeline.versions]
    says = [_wordings(page) for page in pages]
    lines = _lines(timeline, snapshot.info.as_of, says)
    verdicts = _verdicts(timeline)
    found = tuple(
        VersionPage(
            agreement=agreement,
            page=pages[at],
            text=texts[agreement.file],
            line=lines[at],
            verdicts=verdicts[agreement.version],
            notes=_notes(at, texts[agreement.file], timeline, says),
            ran_hash=ran.get(agreement.version),
        )
        for at, agreement in enumerate(timeline.versions)
    )
    in_force = timeline.in_force(snapshot.info.as_of)
    return AgreementPages(found, next(each for each in found if each.agreement is in_force))


def _lines(timeline: Timeline, as_of: int, says: Sequence[Mapping[str, str]]) -> list[Version]:
    begins = [each.effective for each in timeline.versions]
    in_force = timeline.in_force(as_of)
    found = []
    for at, (agreement, own) in enumerate(zip(timeline.versions, says, strict=True)):
        earlier = says[at - 1] if at else own
        found.append(
            Version(
                version=agreement.version,
                hash=agreement.hash,
                begins=agreement.effective,
                ends=begins[at + 1] if at + 1 < len(begins) else None,
                state=IN_FORCE if agreement is in_force else ENDED if agreement.effective_at <= as_of else TO_COME,
                before=timeline.versions[at - 1].version if at else None,
                differs=tuple(clause for clause, text in own.items() if earlier.get(clause) != text),
                dropped=tuple(clause for clause in earlier if clause not in own),
            )
        )
    return found


# --- wordings -------------------------------------------------------------------------------------------------------


def _wordings(page: Page) -> Mapping[str, str]:
    """Return clause → everything the page says of it."""
    found: dict[str, list[str]] = {}
    for section in page.sections:
        for line in section.lines:
            for clause in line.clauses:
                found.setdefault(clause, []).append(line.text)
    return {clause: " ".join(texts) for clause, texts in found.items()}


def _notes(at: int, text: str, timeline: Timeline, says: Sequence[Mapping[str, str]]) -> Mapping[str, ClauseNote]:
    agreement, own = timeline.versions[at], says[at]
    users, places = used_in(agreement), clause_places(text, agreement.file)
    owners: Mapping[str, str] = agreement.document.owners or {}
    order = {clause: position for position, clause in enumerate(own)}
    earlier = [(timeline.versions[each].version, says[each]) for each in range(at - 1, -1, -1)]
    later = [(version.version, says[each]) for each, version in enumerate(timeline.versions) if each > at]
    return {
        clause: ClauseNote(
            clause=clause,
            used_in=tuple(sorted((each for each in users.get(clause, ()) if each in order), key=order.__getitem__)),
            decides=_decides(owners, places.get(clause)),
            line=places[clause].line if clause in places else None,
            earlier=tuple(_changes(clause, own, earlier)),
            later=tuple(_changes(clause, own, later)),
        )
        for clause in own
    }


def _decides(owners: Mapping[str, str], place: ClausePlace | None) -> str | None:
    return None if place is None else owners.get(place.name) or owners.get(place.section)


def _changes(clause: str, own: Mapping[str, str], others: Sequence[tuple[str, Mapping[str, str]]]) -> Iterator[Wording]:
    """Yield each change of the wording, going away from a version: what the first version that says otherwise says."""
    last = own[clause]
    for version, says in others:
        text = says.get(clause, "")
        if text != last:
            yield Wording(version, text)
        last = text


# --- tests ----------------------------------------------------------------------------------------------------------


def _verdicts(timeline: Timeline) -> Mapping[str, tuple[Verdict, ...]]:
    """Return version → its tests with their outcomes, in the order written."""
    outcomes = iter(run_tests(timeline))
    return {
        agreement.version: tuple(
            Verdict(test, outcome.version, outcome.passed, outcome.message)
            for test in agreement.tests
            for outcome in islice(outcomes, len(test.under) or 1)
        )
        for agreement in timeline.versions
    }
