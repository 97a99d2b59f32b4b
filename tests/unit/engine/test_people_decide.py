"""People decide who is one: from the decision through the line to the snapshot, and back."""

from __future__ import annotations

import shutil

import pyarrow as pa
import pytest

from detente.app.operations.decide_identity import Decider, answer, merge, split, undo
from detente.app.ports.snapshots import Where
from detente.app.queries.explain_identity import explain_identity, judgements
from detente.app.queries.identity_review import questions
from detente.core.errors import UsageError
from detente.core.identity.authority import NOBODYS
from detente.core.identity.decisions import Unit, Verb
from detente.engine.duck import model
from detente.engine.flow import PEOPLE, STEPS, Line, Run
from detente.engine.lake import Lake
from detente.engine.snapshot import SnapshotFolder
from detente.engine.workers import Workers
from detente.store.identity_log import open_identity_log

LATER = 1_790_000_000_000_000


class Workspace:
    """A workspace in which somebody decides; of the line, the steps up to the golden values are run."""

    def __init__(self, landed, agreement, texts) -> None:
        self.landed, self.log = landed, open_identity_log(landed.root / "detente.db")
        self._agreement, self._texts = agreement, texts

    def replay(self, as_of: int = LATER):
        with Workers(self._agreement, as_of, 1) as workers:
            run = Run(self.landed.root, self._agreement, self._texts, self.log, as_of, workers, None, NOBODYS, print)
            tables: dict[str, pa.Table] = {}
            for step in STEPS[: [step.name for step in STEPS].index("golden") + 1]:
                tables |= step.build(run, {name: tables[name] for name in step.reads})
        tables["names"] = model("names", tables)
        head = {"as_of": as_of, "agreement": {"id": self._agreement.id, "versions": []}, "loads": [], "libraries": {}}
        published = {name: tables[name] for name in ("profiles", "pairs", *PEOPLE, "golden", "names")}
        SnapshotFolder(self.landed.root / "snapshots").publish(published, head, self._texts)
        return self.snapshot()

    def whole_line(self):
        Line(self.landed.root, 1).run(self._agreement, self._texts, self.log, LATER, lambda *_: None)
        return self.snapshot()

    def snapshot(self):
        return Lake(self.landed.root / "snapshots").current()

    def decider(self, note: str = "", at: int = LATER) -> Decider:
        return Decider(self.snapshot(), self.log, "ann", at, note)

    def people(self) -> set[frozenset[str]]:
        by_id: dict[str, set[str]] = {}
        for row in self.snapshot().rows("persons"):
            by_id.setdefault(row["person"], set()).add(f"{row['source']}:{row['record']}")
        return {frozenset(group) for group in by_id.values()}


@pytest.fixture
def workspace(landed, agreement, texts, fact, email, link):
    """Ann in two systems by her address, Bo in two by a system's word; each with a title; a couple with one mailbox."""
    landed.load(
        fact("enrich", 0, "crm:1", {"person.email": "ann@quay.example", "person.name": "Ann", "person.title": "CEO"}),
        email("web:7", "ann@quay.example", 1),
        fact("enrich", 2, "crm:2", {"person.email": "bo@quay.example", "person.title": "Head of Sales"}),
        fact("unsubscribe", 3, "web:8"),
        link("crm:2", "same_as", "web:8"),
        fact("enrich", 4, "crm:4", {"person.email": "us@home.example", "person.name": "Paul Ray"}),
        fact("enrich", 5, "web:4", {"person.email": "us@home.example", "person.name": "Paula Ray"}),
    )
    made = Workspace(landed, agreement, texts)
    made.replay()
    return made


ANN, BO = frozenset({"crm:1", "web:7"}), frozenset({"crm:2", "web:8"})
PAUL, PAULA = frozenset({"crm:4"}), frozenset({"web:4"})


def test_a_merge_counts_from_the_next_replay_on_and_joins_all_that_both_have(workspace) -> None:
    report = merge(workspace.decider("met her"), ["crm:1", "crm:2"])
    assert [(row.seq, row.verb, row.by, row.note) for row in report.added] == [(1, Verb.SAME, "ann", "met her")]
    assert workspace.people() == {ANN, BO, PAUL, PAULA}
    snapshot = workspace.replay()
    assert workspace.people() == {ANN | BO, PAUL, PAULA}
    (person,) = snapshot.lead("crm:2")
    titles = [Where("id", "==", person), Where("attribute", "==", "person.title")]
    (title,) = snapshot.rows("golden", where=titles)
    assert (title["value"], title["rule"], title["losers"]) == ("Head of Sales", "latest", 1)


@pytest.mark.parametrize("back", ["undo", "split the person", "split the records", "split by an old id"])
def test_a_split_after_a_merge_restores_everything(workspace, back: str) -> None:
    before = workspace.snapshot()
    old = before.lead("crm:2")[0]
    merge(workspace.decider(), ["crm:1", "crm:2"])
    merged = workspace.replay()
    assert merged.info.content_hash != before.info.content_hash
    assert merged.lead(old) == merged.lead("crm:1")
    if back == "undo":
        undo(workspace.decider(), 1)
    elif back == "split the person":
        split(workspace.decider(), [merged.lead("crm:1")[0]])
    elif back == "split by an old id":
        split(workspace.decider(), [old])
    else:
        split(workspace.decider(), ["crm:1", "crm:2"])
    again = workspace.replay()
    assert workspace.people() == {ANN, BO, PAUL, PAULA}
    assert again.lead(old) == (old,)
    assert again.info.content_hash == before.info.content_hash


def test_entries_money_and_figures_are_those_of_before_after_a_merge_and_its_undo(workspace) -> None:
    before = workspace.whole_line().info.content_hash
    merge(workspace.decider(), ["crm:1", "crm:2"])
    assert workspace.whole_line().info.content_hash != before
    undo(workspace.decider(), 1)
    assert workspace.whole_line().info.content_hash == before


def test_a_record_that_is_split_off_stays_off_and_goes_with_nobody_of_before(workspace) -> None:
    split(workspace.decider(), ["web:7"])
    workspace.replay()
    assert workspace.people() == {frozenset({"crm:1"}), frozenset({"web:7"}), BO, PAUL, PAULA}


def test_couples_with_one_mailbox_are_two_until_somebody_says_otherwise(workspace) -> None:
    (asked,) = questions(workspace.snapshot(), workspace.log.decided())
    assert (asked.unit, asked.rule, str(asked.pair.one), str(asked.pair.other)) == (
        Unit.PERSON, "email", "crm:4", "web:4",
    )  # fmt: skip
    assert asked.names == ("Paul Ray", "Paula Ray")
    assert any("us@home.example" in why for why in asked.why)
    answer(workspace.decider(), asked.unit, asked.pair, same=True)
    assert questions(workspace.snapshot(), workspace.log.decided()) == []
    workspace.replay()
    assert workspace.people() == {ANN, BO, PAUL | PAULA}


def test_what_was_answered_is_not_asked_again(workspace) -> None:
    (asked,) = questions(workspace.snapshot(), [])
    answer(workspace.decider(), asked.unit, asked.pair, same=False)
    snapshot = workspace.replay()
    assert questions(snapshot, workspace.log.decided()) == []
    assert workspace.people() == {ANN, BO, PAUL, PAULA}


def test_a_decision_made_later_does_not_count_in_a_replay_as_of_earlier(workspace) -> None:
    merge(workspace.decider(at=LATER + 1), ["crm:1", "crm:2"])
    workspace.replay(LATER)
    assert workspace.people() == {ANN, BO, PAUL, PAULA}
    workspace.replay(LATER + 1)
    assert workspace.people() == {ANN | BO, PAUL, PAULA}


def test_a_rebuild_keeps_ids_and_decisions(workspace) -> None:
    merge(workspace.decider(), ["crm:1", "crm:2"])
    before = workspace.replay().info.content_hash
    shutil.rmtree(workspace.landed.root / "snapshots")
    assert workspace.replay().info.content_hash == before


def test_what_is_imported_twice_changes_nothing(workspace, email, link) -> None:
    before = workspace.snapshot().info.content_hash
    workspace.landed.load(email("web:7", "ann@quay.example", 1), link("crm:2", "same_as", "web:8"))
    assert workspace.replay().info.content_hash == before


def test_a_decision_that_contradicts_another_is_refused_and_says_which(workspace) -> None:
    split(workspace.decider(), ["web:7", "web:8"])
    with pytest.raises(UsageError, match=r"1: web:7 and web:8 are not one.*undo 1"):
        merge(workspace.decider(), ["crm:1", "crm:2"])
    assert len(workspace.log.decided()) == 1


def test_an_undo_that_would_bring_back_a_contradiction_is_refused(workspace) -> None:
    split(workspace.decider(), ["crm:1", "crm:2"])
    undo(workspace.decider(), 1)
    merge(workspace.decider(), ["crm:1", "web:8"])
    merge(workspace.decider(), ["crm:2", "web:8"])
    with pytest.raises(UsageError, match=r"3: crm:1 and web:8 are one; 4: .*undo 4"):
        undo(workspace.decider(), 2)
    assert len(workspace.log.decided()) == 4


def test_what_was_decided_before_is_not_decided_again(workspace) -> None:
    merge(workspace.decider(), ["crm:1", "crm:2"])
    assert merge(workspace.decider(), ["crm:2", "crm:1"]).added == ()
    undo(workspace.decider(), 1)
    with pytest.raises(UsageError, match="undone by 2 already"):
        undo(workspace.decider(), 1)


@pytest.mark.parametrize("back", ["undo", "split the person"])
def test_a_decision_that_was_brought_back_can_be_taken_back_again(workspace, back: str) -> None:
    merge(workspace.decider(), ["crm:1", "crm:2"])
    undo(workspace.decider(), 1)
    undo(workspace.decider(), 2)
    person = workspace.replay().lead("crm:1")[0]
    if back == "undo":
        undo(workspace.decider(), 1)
    else:
        split(workspace.decider(), [person])
    workspace.replay()
    assert workspace.people() == {ANN, BO, PAUL, PAULA}
    with pytest.raises(UsageError, match="undone by 4 already"):
        undo(workspace.decider(), 1)


def test_a_merge_of_several_is_refused_where_two_of_the_others_were_set_apart(workspace) -> None:
    split(workspace.decider(), ["web:7", "web:8"])
    with pytest.raises(UsageError, match=r"1: web:7 and web:8 are not one.*undo 1"):
        merge(workspace.decider(), ["crm:4", "crm:1", "crm:2"])
    assert len(workspace.log.decided()) == 1


def test_a_merge_of_several_sees_whom_earlier_merges_joined(workspace) -> None:
    merge(workspace.decider(), ["crm:1", "crm:4"])
    merge(workspace.decider(), ["crm:4", "web:4"])
    split(workspace.decider(), ["crm:2", "web:4"])
    with pytest.raises(UsageError, match=r"3: crm:2 and web:4 are not one.*undo 3"):
        merge(workspace.decider(), ["crm:1", "crm:2", "crm:4"])


def test_a_split_of_several_replaces_the_merge_of_the_same_in_whatever_order_they_are_named(workspace) -> None:
    merge(workspace.decider(), ["crm:1", "crm:2", "crm:4"])
    split(workspace.decider(), ["crm:2", "crm:4", "crm:1"])
    workspace.replay()
    assert workspace.people() == {ANN, BO, PAUL, PAULA}


@pytest.mark.parametrize(
    ("refs", "why"),
    [
        (["crm:1", "crm:99"], "no person and no account is known as 'crm:99'"),
        (["crm:1", "crm:1"], "name the records you mean"),
        (["crm:1"], "name two or more"),
    ],
)
def test_a_merge_says_what_is_missing(workspace, refs: list[str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        merge(workspace.decider(), refs)
    assert not workspace.log.decided()


def test_what_is_no_text_is_refused_and_said(workspace) -> None:
    with pytest.raises(UsageError, match="what you name is no UTF-8 text at sign 5"):
        merge(workspace.decider(), ["crm:1", "crm:\udcff"])
    with pytest.raises(UsageError, match="the note is no UTF-8 text at sign 1"):
        merge(workspace.decider("\udcff"), ["crm:1", "crm:2"])
    assert not workspace.log.decided()


def test_nothing_to_split_is_said(workspace) -> None:
    with pytest.raises(UsageError, match="only record"):
        split(workspace.decider(), ["crm:4"])
    person = workspace.snapshot().lead("crm:1")[0]
    with pytest.raises(UsageError, match=r"was not merged by a decision.*crm:1, web:7"):
        split(workspace.decider(), [person])


def test_an_explanation_tells_by_which_links_two_are_one(workspace) -> None:
    found = explain_identity(workspace.snapshot(), [], "crm:1", "web:7")
    assert found.together
    assert found.words()[1:] == (
        "crm:1 and web:7 are one because they have the same e-mail address (+ same e-mail address ann@quay.example).",
    )
    assert found.fields["person.email"] == ("ann@quay.example", "ann@quay.example")


def test_an_explanation_tells_why_two_are_not_one(workspace) -> None:
    stranger = explain_identity(workspace.snapshot(), [], "crm:1", "crm:2").words()
    assert any("Nothing speaks for it" in text for text in stranger)
    couple = explain_identity(workspace.snapshot(), [], "crm:4", "web:4").words()
    assert any("may be one" in text and "first names differ" in text for text in couple)
    merge(workspace.decider("met her"), ["crm:1", "crm:2"])
    decided = workspace.log.decided()
    pending = explain_identity(workspace.snapshot(), decided, "crm:1", "bo@quay.example")
    assert pending.words()[-1] == "Decision 1 by ann: crm:1 and crm:2 are one: met her."
    assert not pending.together
    told = explain_identity(workspace.replay(), decided, "crm:1", "crm:2")
    assert told.words()[1] == "crm:1 and crm:2 are one because a person decided so."


def test_the_log_says_what_became_of_each_decision(workspace) -> None:
    merge(workspace.decider(at=LATER - 2), ["crm:1", "crm:2"])
    undo(workspace.decider(at=LATER - 1), 1)
    split(workspace.decider(at=LATER), ["crm:1", "crm:2"])
    merge(workspace.decider(at=LATER + 1), ["crm:1", "crm:2"])
    found = judgements(workspace.log.decided(), LATER)
    assert [(each.state, each.pending) for each in found] == [
        ("undone", False), ("stands", False), ("replaced", False), ("stands", True),
    ]  # fmt: skip
