"""Conditions that are easily read in two ways, for random agreements.

Ages against spans, windows inside score rules, decimals, empty lists, events whose `where` reads the lead.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .strategies import conditions

wheres = st.sampled_from(
    [
        "page_view",
        "touch where direction == 'out' and automated == false",
        "page_view where company.size >= 10",
        "form_submit where form in @asks or person.vip",
        "order where amount >= company.size",
        "order where amount > 5",
        "touch where stage == 'Mid'",
        "touch where score >= 10",
        "page_view where grade == 'A'",
        "touch where channel == company.country",
        "page_view where none(form_submit) within 1h",
        "touch where idle >= 30m",
        "page_view where page in @nobody",
        "form_submit where form not in @nobody",
        "page_view where count(touch where direction == 'out') within 2h >= 1",
        "order where sum(order, amount) within 1h >= 0.3",
        "touch where last(page_view) >= span(touch)",
    ]
)
unscored = wheres.filter(lambda where: "score" not in where)
"""A score rule cannot ask for the score."""

plain = st.sampled_from(["page_view", "touch", "order", "form_submit"])
timed = st.sampled_from(
    [
        "page_view where none(touch) within 1h",
        "touch where idle >= 30m",
        "page_view where count(page_view) within 2h >= 2",
        "touch where last(page_view) >= 1h",
    ]
)
"""Events that count for a while, by what else happens."""
measures = st.sampled_from(["first", "last", "since_last"])
ages = st.one_of(
    st.just("idle"),
    st.tuples(measures, plain, st.sampled_from(["", " since Mid"])).map(
        lambda parts: f"{parts[0]}({parts[1]}){parts[2]}"
    ),
    st.tuples(measures, wheres, st.sampled_from(["", " within 2h", " since Mid"])).map(
        lambda parts: f"{parts[0]}({parts[1]}){parts[2]}"
    ),
)
spans = st.tuples(st.one_of(plain, wheres), st.sampled_from(["", " within 90m", " since Lead", " since Back"])).map(
    lambda parts: f"span({parts[0]}){parts[1]}"
)
decimals = st.sampled_from(["0.1", "0.3", "0.30000000000000004", "0.8", "1.1", "0.00001"])
corners = st.one_of(
    st.tuples(ages, st.sampled_from([">=", "<", "==", "!="]), spans).map(" ".join),
    st.tuples(spans, st.sampled_from([">=", "<"]), ages).map(" ".join),
    st.tuples(
        st.sampled_from(["sum(order, amount)", "sum(order, amount) within 1h", "sum(order where person.vip, amount)",
                         "score"]),
        st.sampled_from(["==", ">=", "!=", "<", ">"]),
        decimals,
    ).map(" ".join),
    st.sampled_from(
        [
            "company.country in @nobody",
            "company.country not in @nobody",
            "grade not in @nobody",
            "stage in @nobody",
            "person.vip not in @nobody",
            "company.size == 1",
            "company.size in [1, 2.5]",
            "person.vip != true",
            "any(page_view where page in @nobody)",
            "none(form_submit where form not in @nobody) within 1h",
            "count_distinct(page_view, page) >= 3",
            "count_distinct(order, amount) within 2h >= 2",
            "deal.amount == 0.3",
        ]
    ),
)  # fmt: skip
lead_reading = wheres.flatmap(
    lambda sel: st.sampled_from(
        [
            f"any({sel}) within 1h",
            f"count({sel}) within 30m >= 2",
            f"count_distinct({sel.replace('order', 'touch') if 'amount' not in sel else 'touch'}, channel) >= 2",
            f"last({sel}) >= 30m",
            f"span({sel}) since Mid >= 20m",
            "sum(order where amount >= company.size, amount) >= 10",
            f"first({sel}) < 1h",
        ]
    )
)
mixed = st.one_of(conditions, lead_reading, corners)
"""Any condition, what is easily read in two ways often among them."""

plain_truths = st.sampled_from(["idle >= 10m", "company.country is unknown", "any(page_view)", "score >= 0.1"])


@st.composite
def trees_of(draw: st.DrawFn, parts: st.SearchStrategy[str], depth: int = 2) -> Any:
    """Trees of `all`, `any`, `not` and `is` over some conditions."""
    word = draw(st.sampled_from(["all", "any", "any", "not", "is"])) if depth else "is"
    if word == "is":
        return {"is": draw(parts)}
    below = [draw(trees_of(parts, depth - 1)) for _ in range(1 if word == "not" else draw(st.integers(2, 3)))]
    return {word: below[0] if word == "not" else below}


@st.composite
def armed(draw: st.DrawFn, parts: st.SearchStrategy[str], prefix: str) -> Any:
    """A tree in which parts carry an id of their own: all that can, or only those without further parts."""
    return _with_ids(
        draw(trees_of(parts)), prefix, draw(st.sampled_from([("is",), ("is", "not"), ("is", "all", "any")]))
    )


def _with_ids(tree: Any, prefix: str, words: tuple[str, ...]) -> Any:
    ((word, item),) = tree.items()
    if word == "is":
        return tree
    parts = [
        _with_ids(each, f"{prefix}{n}", words) for n, each in enumerate(item if isinstance(item, list) else [item])
    ]
    named = [{"id": f"{prefix}{n}"} | each if set(each) & set(words) else each for n, each in enumerate(parts)]
    return {word: named if isinstance(item, list) else named[0]}
