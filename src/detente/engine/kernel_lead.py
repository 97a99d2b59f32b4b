"""One lead, from facts to rows, through the compiled kernel. Implements the port `app.ports.replays.QuickReplay`.

Input: the lead's facts, in any order. A program is compiled once for each working agreement; the replay itself takes
milliseconds. Safe to share between threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from threading import Lock

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact
from detente.core.replay.program import Program, compile_program
from detente.core.replay.rows import LeadResult
from detente.core.replay.tables import LimitReached
from detente.engine.kernel_home import KernelHome

WORTH_WAITING = 8_000
"""Facts from which on the interpreter takes longer for one lead than the compiler for the kernel."""


class LeadReplay:
    """Replays single leads; `home` is where the compiled kernel lies."""

    def __init__(self, home: KernelHome) -> None:
        self._home = home
        self._lock = Lock()
        self._program: tuple[Timeline, Program] | None = None

    def replay(self, timeline: Timeline, facts: Sequence[Fact], at: int) -> LeadResult | None:
        """Return everything the agreement says of the lead at `at`; None where the interpreter has to replay it.

        If the kernel is not compiled yet and the history so long that the interpreter would take longer, it waits.
        """
        if len(facts) >= WORTH_WAITING and self._home.missing() is not None:
            with suppress(OSError):  # a folder that cannot be written to: `missing` says so again
                self._home.make(wait=True)
        if self._home.missing() is not None or self._loaded is not None:
            return None
        from detente.core.replay.kernel import one

        try:
            return one.replay(self._of(timeline), facts, at)
        except LimitReached:
            return None

    @cached_property
    def _loaded(self) -> str | None:
        return self._home.load()

    def _of(self, timeline: Timeline) -> Program:
        """Return the program of a timeline, with texts of its own: each replay adds the words of its lead."""
        with self._lock:
            if self._program is None or self._program[0] != timeline:
                self._program = (timeline, compile_program(timeline))
            program = self._program[1]
            return replace(program, tables=replace(program.tables, texts=deepcopy(program.tables.texts)))
