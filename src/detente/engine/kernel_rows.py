"""From what the kernel found to the tables that are published: numbers become the words of the agreement again.

Input: the kernel's tables of some leads, the facts they were found from, and the rows of the timeline these stand in.
Output: the tables of `replaying.ROWS`, value for value those of the interpreter, in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detente.core.replay import layout as at
from detente.core.replay.rows import Status
from detente.engine.kernel_facts import EncodedFacts

if TYPE_CHECKING:
    from detente.core.replay.kernel.replay import Tables

Int = NDArray[np.int64]
Columns = dict[str, pa.Array]

_STATUS = {at.MET: Status.MET, at.BROKEN: Status.BROKEN, at.OPEN: Status.OPEN, at.VOID: Status.VOID}
_NONCONFORMING = [[], ["from"], ["require"], ["from", "require"]]  # by the bits NOT_FROM and NOT_REQUIRED


class Words:
    """What the kernel's numbers stand for, under one program and over one table of facts."""

    def __init__(self, facts: EncodedFacts, timeline: pa.Table) -> None:
        program = facts.book.program
        self._persons = facts.persons
        self._timeline = timeline
        self._row = np.append(facts.row, 0)  # -1, no fact at all, is the last one
        self._follows = np.append(facts.follows, False)
        self._stages = _texts(program.tables.stages.items)
        self._texts = _texts(program.tables.texts.words)
        self._versions = _texts([version.version for version in program.timeline.versions])
        self._calendars = _texts([clause.name for clause in program.calendars])
        self._clock_duties = _texts(program.clock_duties)
        self._check_duties = _texts(program.check_duties)
        self._channels = _texts(list(program.consent_words))
        self._statuses = _texts([str(_STATUS[code]) for code in range(len(_STATUS))])

    def tables(self, found: Tables, first_lead: int, first_fact: int) -> Mapping[str, pa.Table]:
        """Return the tables of a run of leads that begins with a lead and its first fact."""
        made: Mapping[str, tuple[int, Callable[[Int, int], Columns]]] = {
            "entries": (at.ENTRIES, self._entries),
            "clocks": (at.CLOCKS, self._clocks),
            "checks": (at.CHECKS, self._checks),
            "consents": (at.CONSENTS, self._consents),
            "scores": (at.SCORES, self._scores),
            "state": (at.STATES, self._state),
        }
        answer = {}
        for name, (section, columns) in made.items():
            rows = found.sections[section]
            person = self._persons.take(pa.array(rows[:, 0] + first_lead))
            answer[name] = pa.table({"person": person, **columns(rows, first_fact)})
        return answer

    # --- one table each -------------------------------------------------------------------------------------------

    def _entries(self, rows: Int, first: int) -> Columns:
        decision = _shifted(rows[:, at.E_DECISION], first)
        return {
            "stage": _taken(self._stages, rows[:, at.E_STAGE]),
            "n": _whole(rows[:, at.E_N]),
            "occurred_at": _whole(rows[:, at.E_OCCURRED]),
            "known_at": _whole(rows[:, at.E_KNOWN]),
            "version": _taken(self._versions, rows[:, at.E_VERSION]),
            "basis": _taken(_texts(["computed", "recorded"]), rows[:, at.E_RECORDED]),
            "previous": _taken(self._stages, rows[:, at.E_PREVIOUS]),
            "arm": _taken(self._texts, rows[:, at.E_ARM]),
            "nonconforming": _taken(pa.array(_NONCONFORMING, pa.list_(pa.string())), rows[:, at.E_FLAGS]),
            "hinges": _truths(rows[:, at.E_HINGES]),
            "score": _scores(rows, at.E_SCORE),
            "grade": _taken(self._texts, rows[:, at.E_GRADE]),
            "reason": self._payload("reason", decision),
            "decision": self._ids(decision),
        }

    def _clocks(self, rows: Int, first: int) -> Columns:
        stage, fact = rows[:, at.D_STOP_STAGE], _shifted(rows[:, at.D_STOP_FACT], first)
        return {
            "duty": _taken(self._clock_duties, rows[:, at.D_DUTY]),
            "n": _whole(rows[:, at.D_N]),
            "status": _taken(self._statuses, rows[:, at.D_STATUS]),
            "early": _truths(rows[:, at.D_EARLY]),
            "version": _taken(self._versions, rows[:, at.D_VERSION]),
            "start_stage": _taken(self._stages, rows[:, at.D_STAGE]),
            "entry_n": _whole(rows[:, at.D_ENTRY_N], rows[:, at.D_ENTRY_N] < 0),
            "entered_at": _whole(rows[:, at.D_ENTERED]),
            "started_at": _whole(rows[:, at.D_STARTED]),
            "target": _taken(self._texts, rows[:, at.D_TARGET]),
            "target_us": _whole(rows[:, at.D_TARGET_US]),
            "calendar": _taken(self._calendars, rows[:, at.D_CALENDAR]),
            "route": _taken(self._texts, rows[:, at.D_ROUTE]),
            "owner": _taken(self._texts, rows[:, at.D_OWNER]),
            "due_at": _whole(rows[:, at.D_DUE]),
            "stopped_at": _instants(rows[:, at.D_STOPPED]),
            "stopped_by": pc.coalesce(_taken(self._stages, stage), self._ids(fact)),
            "voided_at": _instants(rows[:, at.D_VOIDED]),
            "used_us": _whole(rows[:, at.D_USED]),
            "elapsed_us": _whole(rows[:, at.D_ELAPSED]),
        }

    def _checks(self, rows: Int, first: int) -> Columns:
        _, duty, n, met, instant, version, stage, fact = rows.T
        return {
            "duty": _taken(self._check_duties, duty),
            "n": _whole(n),
            "status": _taken(self._statuses, np.where(met > 0, at.MET, at.BROKEN)),
            "at": _whole(instant),
            "version": _taken(self._versions, version),
            "stage": _taken(self._stages, stage),
            "fact": self._ids(_shifted(fact, first)),
        }

    def _consents(self, rows: Int, first: int) -> Columns:
        _, rule, instant, version, fact, word = rows.T
        return {
            "rule": _taken(self._texts, rule),
            "at": _whole(instant),
            "version": _taken(self._versions, version),
            "fact": self._ids(_shifted(fact, first)),
            "channel": _taken(self._channels, word),
        }

    def _scores(self, rows: Int, _: int) -> Columns:
        return {"at": _whole(rows[:, 1]), "score": _scores(rows, 3), "grade": _taken(self._texts, rows[:, 2])}

    def _state(self, rows: Int, first: int) -> Columns:
        return {
            "stage": _taken(self._stages, rows[:, at.Z_STAGE]),
            "entered_at": _instants(rows[:, at.Z_ENTERED]),
            "furthest": _taken(self._stages, rows[:, at.Z_FURTHEST]),
            "score": _scores(rows, at.Z_SCORE),
            "grade": _taken(self._texts, rows[:, at.Z_GRADE]),
            "persona": _taken(self._texts, rows[:, at.Z_PERSONA]),
            "owner": _taken(self._texts, rows[:, at.Z_OWNER]),
            "arm": _taken(self._texts, rows[:, at.Z_ARM]),
            "hinges": _truths(rows[:, at.Z_HINGES]),
            "crm_stage": self._payload("stage", _shifted(rows[:, at.Z_CRM], first)),
            "first_at": _instants(rows[:, at.Z_FIRST]),
            "last_event_at": _instants(rows[:, at.Z_LAST_EVENT]),
            "next_instant": _instants(rows[:, at.Z_NEXT]),
        }

    # --- facts ----------------------------------------------------------------------------------------------------

    def _ids(self, facts: Int) -> pa.Array:
        """Return the ids of facts; null for -1."""
        ids = self._cells("fact_id", facts)
        return pc.if_else(pa.array(self._follows[facts]), pc.binary_join_element_wise(ids, ":sets", ""), ids)

    def _payload(self, name: str, facts: Int) -> pa.Array:
        """Return a payload value of facts as text; null where there is none."""
        facts = np.where(self._follows[facts], -1, facts)  # what is set has no payload
        extras = self._cells("extra", facts).dictionary_encode()
        decoded = [_text(json.loads(text).get(name)) for text in extras.dictionary.to_pylist()]
        values = _texts(decoded).take(extras.indices)
        return pc.coalesce(self._cells(name, facts), values) if name in self._timeline.column_names else values

    def _cells(self, column: str, facts: Int) -> pa.Array:
        taken = self._timeline.column(column).take(pa.array(self._row[facts], mask=facts < 0))
        return taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken


def _shifted(facts: Int, first: int) -> Int:
    return np.where(facts >= 0, facts + first, -1)


def _text(value: Any) -> str | None:  # noqa: ANN401  a payload value
    return None if value is None else str(value)


def _texts(words: Sequence[Any]) -> pa.Array:
    return pa.array(words, pa.string())


def _taken(words: pa.Array, codes: Int) -> pa.Array:
    """Return the words of codes; null for -1."""
    return words.take(pa.array(codes, mask=codes < 0))


def _whole(values: Int, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(values, pa.int64(), mask=missing)


def _instants(values: Int) -> pa.Array:
    return _whole(values, (values == at.NEVER) | (values == at.FOREVER))


def _truths(values: Int) -> pa.Array:
    return pa.array(values > 0)


def _scores(rows: Int, column: int) -> pa.Array:
    return pa.array(rows.view(np.float64)[:, column])
