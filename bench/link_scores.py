"""How right a linking is: pairwise on transitive clusters, B-cubed, and recall by what was done to the records.

Input: the pairs a linker joins and the truth of `link_folder`. A pair is true if both rows belong to one person (or
account); a pair with a row of nobody (a role mailbox, a test entry) is false. The pairs of a cluster of n rows are
counted as n (n - 1) / 2, never listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from detente.core.identity.decisions import Record

Clusters = Mapping[Record, Hashable]
Labels = Mapping[Record, str | None]


@dataclass(frozen=True)
class Pairs:
    """Numbers of pairs: joined, true, and both."""

    found: int
    true: int
    both: int

    def figures(self) -> dict[str, float | int]:
        """Return precision (1 where nothing was joined), recall (1 where nothing was to join), F1 and the counts."""
        precision = self.both / self.found if self.found else 1.0
        recall = self.both / self.true if self.true else 1.0
        return {**harmonic(precision, recall), "pairs": self.found, "true_pairs": self.true}


def pairwise(clusters: Clusters, labels: Labels) -> Pairs:
    """Return the pairs within clusters, within labels, and within both."""
    return _counted(clusters, labels, lambda row: True)  # noqa: ARG005


def by_noise(
    clusters: Clusters, labels: Labels, noise: Mapping[Record, Iterable[str]]
) -> dict[str, dict[str, float | int]]:
    """Return the figures of the pairs of which at least one row bears a tag, for each tag."""
    tagged: dict[str, set[Record]] = {}
    for row in clusters:
        for tag in noise[row]:
            tagged.setdefault(tag, set()).add(row)
    whole = pairwise(clusters, labels)
    figures = {}
    for tag, rows in sorted(tagged.items()):
        rest = _counted(clusters, labels, lambda row, rows=rows: row not in rows)  # type: ignore[misc]
        figures[tag] = Pairs(whole.found - rest.found, whole.true - rest.true, whole.both - rest.both).figures()
    return figures


def b_cubed(clusters: Clusters, labels: Labels) -> dict[str, float]:
    """Return mean precision and recall over rows (Bagga and Baldwin 1998); a row of nobody is a class of its own."""
    of_cluster = Counter(clusters.values())
    of_label = Counter(labels[row] for row in clusters)
    of_both = Counter((clusters[row], labels[row]) for row in clusters)
    precision = recall = 0.0
    for row, cluster in clusters.items():
        label = labels[row]
        right = 1 if label is None else of_both[cluster, label]
        precision += right / of_cluster[cluster]
        recall += right / (1 if label is None else of_label[label])
    count = len(clusters) or 1
    return harmonic(precision / count, recall / count)


def harmonic(precision: float, recall: float) -> dict[str, float]:
    """Return both, and F1, their harmonic mean."""
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / ((precision + recall) or 1)}


def _counted(clusters: Clusters, labels: Labels, keep: Callable[[Record], bool]) -> Pairs:
    rows = [row for row in clusters if keep(row)]
    own = [row for row in rows if labels[row] is not None]
    return Pairs(
        _pairs(clusters[row] for row in rows),
        _pairs(labels[row] for row in own),
        _pairs((clusters[row], labels[row]) for row in own),
    )


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(groups).values())
