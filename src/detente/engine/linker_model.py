"""How two records are compared: per field, kinds of agreement from the strongest to none.

Input: the columns of `linkable` (`linker_context`), those of one record with `_l` behind the name, of the other `_r`.
The probabilities are common experience with contact data, and stand in where an installation's own records are too few
to learn them from (`linker_training`). Fields that depend on one another are one comparison, or are silent where the
other speaks: two company addresses at different companies are no news beside the two companies.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Level(NamedTuple):
    """A kind of agreement: which SQL condition tells it, how often records of one person (`m`) and of two people (`u`)
    agree so, and the column by whose rare values it counts more.

    `bits`: a weight that is known beforehand and not learned; 0 says nothing either way.
    """

    name: str
    when: str
    m: float
    u: float
    rarity: str | None = None
    bits: float | None = None


class Comparison(NamedTuple):
    """`unknown`: the condition under which the field says nothing. The last level holds for what is left."""

    unknown: str
    levels: tuple[Level, ...]


def _typo(column: str) -> str:
    one, other = f"{column}_l", f"{column}_r"
    return (
        f"abs(length({one}) - length({other})) < 2 AND least(length({one}), length({other})) > 3"
        f" AND damerau_levenshtein({one}, {other}) = 1"
    )


def _initial(column: str) -> str:
    one, other = f"{column}_l", f"{column}_r"
    return f"least(length({one}), length({other})) = 1 AND left({one}, 1) = left({other}, 1)"


def _alike(column: str) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= 0.88"


def _plain(column: str, m: float, u: float, silent_if: str = "FALSE") -> Comparison:
    levels = (
        Level("elsewhere", silent_if, 0.5, 0.5, bits=0),
        Level("same", f"{column}_l = {column}_r", m, u, column),
        Level("different", "TRUE", 1 - m, 1 - u),
    )
    return Comparison(f"{column}_l IS NULL OR {column}_r IS NULL", levels if silent_if != "FALSE" else levels[1:])


_SAME_SWITCHBOARD = "coalesce(tail_l = tail_r AND switchboard_l, FALSE)"
_SAME_WORK = "list_has_any(work_l, work_r)"
_KNOWN_WORK = f"list_has_any(work_l, wide_r) OR list_has_any(wide_l, work_r) OR {_SAME_SWITCHBOARD}"
_ONE_WORK = f"{_SAME_WORK} OR {_KNOWN_WORK}"
_SAID = "list_has_any(roots_l, said_roots_r) OR list_has_any(said_roots_l, roots_r)"
_PARTS = "least(length(last_l), length(last_r)) > 3 AND (contains(last_l, last_r) OR contains(last_r, last_l))"
_IN_ADDRESS = (
    "(length(last_r) > 3 AND contains(letters_l, last_r)) OR (length(last_l) > 3 AND contains(letters_r, last_l))"
)
_SAME_DOMAIN = "domain_l = domain_r"
_NUMBERED = f"{_SAME_DOMAIN} AND NOT free_l AND letters_l = letters_r AND digits_l <> digits_r"
_DOMAIN_TYPO = "local_l = local_r AND damerau_levenshtein(domain_l, domain_r) <= 2"
# Initials stand at the ends of a local part: two letters that differ there are two people rather than a slip.
_LOCAL_TYPO = (
    f"{_SAME_DOMAIN} AND length(local_l) > 4 AND left(local_l, 1) = left(local_r, 1)"
    " AND right(local_l, 1) = right(local_r, 1) AND damerau_levenshtein(local_l, local_r) = 1"
)
_LOCAL = "local_l = local_r AND digits_l <> ''"
COMPARISONS: dict[str, Comparison] = {
    "first": Comparison(
        "first_l IS NULL OR first_r IS NULL",
        (
            Level("same", "first_l = first_r", 0.72, 0.004, "first"),
            Level("swapped", "first_l = last_r AND last_l = first_r", 0.015, 2e-6),
            Level("nickname", "list_has_any(roots_l, roots_r)", 0.09, 0.003),
            Level("typo", _typo("first"), 0.025, 0.001),
            Level("said", _SAID, 0.03, 0.0007),
            Level("initial", _initial("first"), 0.05, 0.01),
            Level("alike", _alike("first"), 0.005, 0.001),
            Level("begins alike", "left(first_l, 1) = left(first_r, 1)", 0.015, 0.05),
            Level("different", "TRUE", 0.05, 0.93),
        ),
    ),
    "last": Comparison(
        "last_l IS NULL OR last_r IS NULL",
        (
            Level("same", "last_l = last_r", 0.87, 0.001, "last"),
            Level("swapped", "first_l = last_r OR last_l = first_r", 0.025, 0.0006),
            Level("typo", _typo("last"), 0.045, 0.0004),
            Level("said", _IN_ADDRESS, 0.015, 0.0005),
            Level("alike", f"{_alike('last')} OR ({_PARTS})", 0.01, 0.001),
            Level("initial", _initial("last"), 0.01, 0.001),
            Level("different", "TRUE", 0.025, 0.9965),
        ),
    ),
    "email": Comparison(
        "email_l IS NULL OR email_r IS NULL",
        (
            Level("same", "email_l = email_r AND NOT free_l", 0.45, 1e-6),
            Level("same private", "email_l = email_r", 0.15, 5e-7),
            Level("look", "look_l = look_r", 0.002, 1e-8),
            Level("numbered", _NUMBERED, 1e-10, 1e-5, bits=-16),
            Level("typo", f"({_LOCAL_TYPO}) OR ({_DOMAIN_TYPO})", 0.02, 1e-6),
            Level("same company", f"{_SAME_DOMAIN} AND NOT free_l", 1e-4, 4e-3, bits=-5),
            Level("local", _LOCAL, 0.01, 1e-6),
            Level("both private", "free_l AND free_r", 0.003, 0.04),
            Level("elsewhere", "TRUE", 0.95, 0.95, bits=0),
        ),
    ),
    "phone": Comparison(
        "tail_l IS NULL OR tail_r IS NULL",
        (
            Level("same", "phone_l = phone_r AND NOT switchboard_l", 0.3, 2e-6, "phone"),
            Level("same tail", "tail_l = tail_r AND (phone_l IS NULL OR phone_r IS NULL) AND NOT switchboard_l",
                  0.06, 5e-6, "tail"),
            Level("switchboard", "switchboard_l OR switchboard_r", 0.4, 0.4, bits=0),
            Level("typo", "damerau_levenshtein(phone_l, phone_r) = 1", 0.007, 0.0006),
            Level("different", "TRUE", 0.3, 0.6),
        ),
    ),
    "work": Comparison(
        f"(len(work_l) = 0 OR len(work_r) = 0) AND NOT {_SAME_SWITCHBOARD}",
        (
            Level("same", _SAME_WORK, 0.8, 0.004),
            Level("known", _KNOWN_WORK, 0.08, 0.001),
            Level("alike", "list_has_any(marks_l, marks_r)", 0.05, 0.004),
            Level("different", "TRUE", 0.07, 0.991),
        ),
    ),
    "title": _plain("title", 0.85, 0.05),
    "city": _plain("city", 0.85, 0.25, silent_if=_ONE_WORK),
    "country": _plain("country", 0.95, 0.5, silent_if=f"{_ONE_WORK} OR coalesce(city_l = city_r, FALSE)"),
    "postal_code": _plain("postal_code", 0.85, 0.01),
    "systems": Comparison(
        "source_l IS NULL OR source_r IS NULL",
        (Level("two", "source_l <> source_r", 0.7, 0.5), Level("one", "TRUE", 0.3, 0.5)),
    ),
}  # fmt: skip

FLAGS = {
    "look_alike": "look_alike_l OR look_alike_r OR mail_look_alike_l OR mail_look_alike_r",
    "role": "role_l OR role_r",
    "middle_differs": "coalesce(left(middle_l, 1) <> left(middle_r, 1), FALSE)",
}
"""What else is to be known of a pair, as SQL conditions."""

COLUMNS = (
    *("middle", "look_alike", "mail_look_alike", "role"),
    *("first", "last", "roots", "said_roots", "email", "look", "local", "letters", "digits", "domain", "free"),
    *("phone", "tail", "switchboard", "work", "wide", "marks", "title", "city", "country", "postal_code", "source"),
)
"""The columns that the conditions speak of."""

RARE = sorted({level.rarity for found in COMPARISONS.values() for level in found.levels if level.rarity})
"""The columns by whose rare values agreement counts more."""

Probabilities = dict[str, list[list[float]]]
"""Comparison → [m, u] of each of its levels, in their order."""


def by_experience() -> Probabilities:
    """Return the probabilities that stand in where nothing can be learned."""
    return {name: [[level.m, level.u] for level in found.levels] for name, found in COMPARISONS.items()}


def levels_sql() -> str:
    """Return SQL columns, one a comparison: the number of the level that holds (0 the strongest), -1 if unknown;
    and those of `FLAGS`."""
    cases = []
    for name, comparison in COMPARISONS.items():
        whens = "".join(f" WHEN {level.when} THEN {n}" for n, level in enumerate(comparison.levels))
        cases.append(f"CAST(CASE WHEN {comparison.unknown} THEN -1{whens} END AS TINYINT) AS {name}")
    flags = [f"{when} AS {name}" for name, when in FLAGS.items()]
    return ",\n".join([*cases, *flags])


def splink_settings(probabilities: Probabilities, prior: float) -> dict[str, Any]:
    """Return the comparisons as Splink settings."""
    comparisons = []
    for name, (unknown, levels) in COMPARISONS.items():
        rows: list[dict[str, Any]] = [{"sql_condition": unknown, "is_null_level": True, "label_for_charts": "unknown"}]
        for level, (m, u) in zip(levels, probabilities[name], strict=True):
            row = {"sql_condition": "ELSE" if level.when == "TRUE" else level.when, "label_for_charts": level.name}
            rows.append(row | {"m_probability": m, "u_probability": u, "fix_m_probability": level.bits is not None})
        comparisons.append({"output_column_name": name, "comparison_levels": rows})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": prior,
        "comparisons": comparisons,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }
