"""Records that are linked among themselves: linked, asked about, clustered and scored, each with its time.

Input: a linker of `engine`, and the truth of `link_folder`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from link_scores import Clusters, Labels, b_cubed, pairwise

from detente.core.identity.decisions import Record, Rule, pair_of
from detente.core.identity.joining import NONE_APART, Apart, Edge, joined
from detente.engine.linking import ANSWERS, Linking

Link = Callable[[Mapping[str, Any] | None, pa.Table | None], Linking]
"""A linker over given records: from what was learned earlier, and what people answered."""

ROUND = 50
"""Questions answered before the linker is asked again."""

BEST_GUESS = 0.5
"""What is asked about and at least so probable counts as one in the best guess."""

_Done = TypeVar("_Done")


@dataclass
class Watch:
    """Seconds by what they were spent on: of the wall, unless another clock is given."""

    seconds: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.perf_counter

    def time(self, what: str, work: Callable[[], _Done]) -> _Done:
        """Return what the work returns."""
        started = self.clock()
        done = work()
        self.seconds[what] = self.seconds.get(what, 0.0) + self.clock() - started
        return done


@dataclass(frozen=True)
class Unit:
    """The records that are linked among themselves, and whose each is."""

    rows: Collection[Record]
    labels: Labels

    @staticmethod
    def of(table: pa.Table, labels: Mapping[Record, str | None]) -> Unit:
        """Return the records of a table of people or accounts."""
        rows = list(map(Record, table["source"].to_pylist(), table["record"].to_pylist()))
        return Unit(rows, {row: labels[row] for row in rows})

    def linked(self, link: Link, watch: Watch, what: str, reviews: int) -> tuple[Linking, pa.Table, dict[str, int]]:
        """Link; then answer questions until so many are answered, or none is left."""
        linking = watch.time(what, lambda: link(None, None))
        answers = ANSWERS.empty_table()
        rounds = 0
        while answers.num_rows < reviews and linking.questions.num_rows:
            asked = linking.questions.slice(0, min(ROUND, reviews - answers.num_rows))
            answers = pa.concat_tables([answers, self.answered(asked)])
            linking = watch.time("reviews", lambda: link(linking.parameters, answers))  # noqa: B023 (called at once)
            rounds += 1
        same = sum(answers["same"].to_pylist())
        return linking, answers, {"answered": answers.num_rows, "same": same, "rounds": rounds}

    def answered(self, asked: pa.Table) -> pa.Table:
        """Return what the truth says of the pairs asked about."""
        pairs = asked.select(ANSWERS.names[:4])
        labels = [(self.labels[one], self.labels[other]) for one, other in _pairs(pairs)]
        same = [one is not None and one == other for one, other in labels]
        return pairs.append_column(ANSWERS.field("same"), pa.array(same, pa.bool_()))

    def clusters(self, linking: Linking, answers: pa.Table, *, asking: bool = True) -> Clusters:
        """Return the clusters of what is merged, and where `asking` of what is asked about and as likely as not."""
        rows = linking.pairs.to_pylist()
        edges = [
            Edge(Rule(row["rule"]), one, other, row["probability"])
            for row, (one, other) in zip(rows, _pairs(linking.pairs), strict=True)
            if row["verdict"] == "merge" or (asking and row["verdict"] == "ask" and row["probability"] >= BEST_GUESS)
        ]
        said = zip(_pairs(answers), answers["same"].to_pylist(), strict=True)
        told = frozenset(pair_of(*pair) for pair, same in said if not same)
        refused = linking.pairs.filter(pc.field("verdict") == "apart")
        return joined(self.rows, edges, Apart(told, frozenset(pair_of(*pair) for pair in _pairs(refused))))

    def joined(self, pairs: Iterable[tuple[Record, Record]]) -> Clusters:
        """Return the clusters of pairs."""
        return joined(self.rows, [Edge(Rule.LINKED, one, other) for one, other in pairs], NONE_APART)

    def figures(self, clusters: Clusters) -> dict[str, Any]:
        """Return pairwise figures, and B-cubed."""
        return {**pairwise(clusters, self.labels).figures(), "b_cubed": b_cubed(clusters, self.labels)}


def _pairs(table: pa.Table) -> list[tuple[Record, Record]]:
    columns = [table[name].to_pylist() for name in ANSWERS.names[:4]]
    return [(Record(a, b), Record(c, d)) for a, b, c, d in zip(*columns, strict=True)]
