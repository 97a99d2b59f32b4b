"""How two account records are compared: levels of agreement, the strongest first, and what they usually mean.

Input: the columns of `account_columns` with what `models/account_records.sql` adds, as `l` and `r`. `chances`: how
often pairs of the same account, of two branches of one organisation, and of unrelated accounts that share a key reach
the level, by common experience; what an installation's records show takes their place (`core.identity.latent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from detente.core.identity.latent import Mixture

SAME, BRANCH, UNRELATED = range(3)
"""Classes of pairs."""

_SHARES = (0.2, 0.2, 0.6)


ASKS, APART = "asks", "apart"
"""Doubts: such a pair never merges without asking; and it is, besides, never taken as more likely than not."""


class Level(NamedTuple):
    """`when` in SQL; `words`: what a rep reads, "+ …" for and "− …" against, if it says anything.

    `doubt`: ASKS, APART or none, `unless` one of these comparisons reaches its first level.
    """

    name: str
    when: str
    chances: tuple[float, float, float]
    words: str
    doubt: str = ""
    unless: tuple[str, ...] = ()


class Comparison(NamedTuple):
    """Levels of which the first that holds counts; none where the values are `unknown`."""

    unknown: str
    levels: tuple[Level, ...]


_COMMON_WORDS = "coalesce(list_sum(list_intersect(l.marks, r.marks)), 0)"
_EDITS = "least(length(l.name), length(r.name)) // 8"
_MISTYPED = f"abs(length(l.name) - length(r.name)) <= {_EDITS} AND damerau_levenshtein(l.name, r.name) <= {_EDITS}"
_SAME_STREET = "l.number = r.number AND l.street = r.street AND coalesce(l.compass = r.compass, true)"

COMPARISONS: Mapping[str, Comparison] = {
    "name": Comparison(
        "l.name IS NULL OR r.name IS NULL",
        (
            Level("same", "l.name = r.name AND NOT r.chain", (0.4, 0.02, 0.005), "+ same name"),
            Level("chain", "l.name = r.name", (0.1, 0.13, 0.01), "+ same name, which several places bear"),
            Level("numbers", "len(l.numbers) > 0 AND len(r.numbers) > 0 AND NOT list_has_any(l.numbers, r.numbers)"
                  f" AND {_COMMON_WORDS} > 0", (0.01, 0.1, 0.01),
                  "− names differ in their number", APART),
            Level("branches", "l.organisation = r.organisation AND len(l.branch_words) > 0 AND len(r.branch_words) > 0"
                  " AND NOT list_has_any(l.branch_words, r.branch_words)", (0.01, 0.3, 0.005),
                  "− same organisation, different branches", APART),
            Level("one branch", "l.organisation = r.organisation", (0.05, 0.2, 0.005),
                  "− same organisation, one names a branch"),
            Level("nearly", f"{_COMMON_WORDS} >= 0.8 * (l.total + r.total - {_COMMON_WORDS})"
                  f" OR ({_MISTYPED})",
                  (0.2, 0.1, 0.01), "+ names nearly the same"),
            Level("contained", f"{_COMMON_WORDS} >= 0.9 * least(l.total, r.total)", (0.1, 0.1, 0.02),
                  "+ one name contains the other"),
            Level("alike", f"{_COMMON_WORDS} >= 0.5 * least(l.total, r.total)"
                  " OR jaro_winkler_similarity(l.name, r.name) > 0.9", (0.09, 0.1, 0.1), "+ names alike"),
            Level("some words", f"{_COMMON_WORDS} >= 0.2 * least(l.total, r.total)", (0.02, 0.03, 0.2),
                  "− names have little in common"),
            Level("different", "true", (0.03, 0.02, 0.64), "− different names", ASKS),
        ),
    ),
    "domain": Comparison(
        "l.domain IS NULL OR r.domain IS NULL",
        (
            Level("same", "l.domain = r.domain", (0.9, 0.7, 0.02), "+ same web domain"),
            Level("different", "true", (0.1, 0.3, 0.98), "− different web domains"),
        ),
    ),
    "phone": Comparison(
        "l.tail IS NULL OR r.tail IS NULL",
        (
            Level("same", "l.tail = r.tail AND coalesce(l.phone = r.phone, true) AND NOT r.switchboard",
                  (0.75, 0.03, 0.01), "+ same phone"),
            Level("switchboard", "l.tail = r.tail AND coalesce(l.phone = r.phone, true)", (0.1, 0.07, 0.01),
                  "+ same phone, which several addresses share"),
            Level("typo", "damerau_levenshtein(l.tail, r.tail) = 1", (0.03, 0.01, 0.005), "+ phones differ in a digit"),
            Level("different", "true", (0.12, 0.89, 0.975), "− different phones"),
        ),
    ),
    "address": Comparison(
        "l.street IS NULL OR r.street IS NULL",
        (
            Level("same", _SAME_STREET, (0.8, 0.02, 0.01), "+ same address"),
            Level("nearly", "l.number = r.number AND (list_has_any(l.street_words, r.street_words)"
                  " OR jaro_winkler_similarity(l.street, r.street) > 0.9)", (0.06, 0.001, 0.001),
                  "+ addresses nearly the same"),
            Level("number", "l.street = r.street AND damerau_levenshtein(l.number, r.number) = 1",
                  (0.04, 0.003, 0.003), "− same street, house numbers differ in a digit", ASKS),
            Level("street", "l.street = r.street", (0.02, 0.03, 0.05), "− same street, another house", APART),
            Level("different", "true", (0.08, 0.946, 0.936), "− different addresses", APART),
        ),
    ),
    "place": Comparison(
        "(l.postcode IS NULL OR r.postcode IS NULL) AND (l.city IS NULL OR r.city IS NULL)",
        (
            Level("postcode", "l.postcode = r.postcode", (0.7, 0.1, 0.1), "+ same postcode"),
            Level("city", "l.city = r.city OR contains(l.city, r.city) OR contains(r.city, l.city)", (0.25, 0.3, 0.3),
                  "+ same city"),
            Level("different", "true", (0.05, 0.6, 0.6), "− different places", APART, unless=("phone", "address")),
        ),
    ),
}  # fmt: skip


def common_experience(comparisons: Mapping[str, Comparison] = COMPARISONS) -> Mixture:
    """Return what the levels usually mean."""
    chances = []
    for class_ in (SAME, BRANCH, UNRELATED):
        rows = [[level.chances[class_] for level in comparison.levels] for comparison in comparisons.values()]
        chances.append(tuple(tuple(chance / sum(row) for chance in row) for row in rows))
    return Mixture(_SHARES, tuple(chances))


def levels_in_sql(comparisons: Mapping[str, Comparison] = COMPARISONS) -> str:
    """Return columns with the number of the level that the records `l` and `r` reach, NULL where unknown."""
    columns = []
    for name, (unknown, levels) in comparisons.items():
        cases = " ".join(f"WHEN {level.when} THEN {number}" for number, level in enumerate(levels))
        columns.append(f"CASE WHEN {unknown} THEN NULL {cases} END AS {name}")
    return ",\n".join(columns)


def words_in_sql(comparisons: Mapping[str, Comparison] = COMPARISONS) -> str:
    """Return a JSON list of what the levels say, for and then against, in SQL over the columns of `levels_in_sql`."""
    texts = []
    for name, comparison in comparisons.items():
        words = ", ".join(f"'{level.words}'" for level in comparison.levels)
        texts.append(f"[{words}][{name} + 1]")
    told = [f"list_filter([{', '.join(texts)}], lambda text: starts_with(text, '{mark}'))" for mark in "+−"]
    return f"to_json(list_concat({', '.join(told)}))::VARCHAR"


def doubt_in_sql(doubt: str, table: str) -> str:
    """Return whether a pair reaches a level of this doubt, in SQL over the columns of `levels_in_sql`."""
    places = [
        " AND NOT ".join(
            f"coalesce({table}.{at} = {of}, false)"
            for at, of in ((name, number), *((first, 0) for first in level.unless))
        )
        for name, comparison in COMPARISONS.items()
        for number, level in enumerate(comparison.levels)
        if level.doubt == doubt
    ]
    return f"({' OR '.join(places)})"


def as_parameters(mixture: Mixture, comparisons: Mapping[str, Comparison] = COMPARISONS) -> dict[str, Any]:
    """Return what was learned, fit for JSON: the chances of each level by its name."""
    chances = {
        name: {level.name: [of[place][number] for of in mixture.chances] for number, level in enumerate(each.levels)}
        for place, (name, each) in enumerate(comparisons.items())
    }
    return {"shares": list(mixture.shares), "chances": chances}


def from_parameters(
    parameters: Mapping[str, Any], comparisons: Mapping[str, Comparison] = COMPARISONS
) -> Mixture | None:
    """Return what was learned earlier, or None if it was learned with other levels."""
    chances: Mapping[str, Any] = parameters.get("chances", {})
    if {name: list(of) for name, of in chances.items()} != {
        name: [level.name for level in each.levels] for name, each in comparisons.items()
    }:
        return None
    of_class = (
        tuple(tuple(float(row[class_]) for row in chances[name].values()) for name in comparisons)
        for class_ in (SAME, BRANCH, UNRELATED)
    )
    return Mixture(tuple(map(float, parameters["shares"])), tuple(of_class))
