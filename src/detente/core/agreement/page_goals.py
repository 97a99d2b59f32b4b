"""The page, fourth part: who gets credit, what both aim for, and what people are paid on.

Input: a `PageSource`. Output: lines for the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from detente.core.agreement.agreement import CreditRule, CreditView
from detente.core.agreement.page_figures import elapsed, joined, listed, money, number, percent, spaced
from detente.core.agreement.page_model import Line
from detente.core.agreement.page_source import Clause, PageSource, clause_id, means

_MONEY = ("revenue", "pipeline", "sourced_pipeline", "sourced_revenue")
_PARTS = ("sourced", "influenced", "holdout")


def credit(source: PageSource) -> Iterator[Line]:
    """The one rule that counts, and what is shown beside it."""
    rules = source.agreement.credit
    if rules is None:
        return
    written = source.named("credit")
    text = f"One number counts: {spaced(rules.book)}. Whatever else is shown stands beside it and is never added."
    yield Line(means(written) + text, (clause_id(written, "credit.book"),), "Book")
    for name, rule in (("sourced", rules.sourced), ("influenced", rules.influenced)):
        if rule is not None:
            clause: Clause = written[name]
            yield Line(means(clause) + _rule(name, rule), (clause_id(clause, f"credit.{name}"),), name.capitalize())
    if rules.views:
        views = joined(_view(view) for view in rules.views)
        yield Line(f"Also shown, describing paths and no cause: {views}.", ("credit.views",), "Views")
    if rules.holdout is not None:
        share = percent(rules.holdout.share)
        text = f"{share} of {spaced(rules.holdout.unit)}s get nothing of {rules.holdout.of}, to see what it truly adds."
        yield Line(text, (clause_id(written["holdout"], "credit.holdout"),), "Holdout")


def _rule(name: str, rule: CreditRule) -> str:
    which = {"any": "", "first": ", the first of them counting", "last": ", the last of them counting"}[rule.touch]
    before = f"before {rule.before}" if rule.before else "before the deal opens"
    channels = listed([spaced(channel) for channel in rule.channels], "or")
    otherwise = f"; otherwise by {rule.otherwise}" if rule.otherwise else ""
    return (
        f"A deal is {name} by {rule.to} if its account has touches through {channels} in the "
        f"{elapsed(rule.lookback)} {before}{which}{otherwise}."
    )


def _view(view: CreditView) -> str:
    notes = [" / ".join(percent(weight) for weight in view.weights)] if view.weights else []
    notes += [f"order {number(view.order)}"] if view.order is not None else []
    notes += [f"half-life {elapsed(view.half_life)}"] if view.half_life is not None else []
    return spaced(view.model) + (f" ({', '.join(notes)})" if notes else "")


def targets(source: PageSource) -> Iterator[Line]:
    """The goals of each period, shared ones first."""
    for period, parties in source.agreement.targets.items():
        ordered = sorted(parties, key=lambda party: party != "joint")
        text = " ".join(f"{_party(party)}: {_measures(source, parties[party])}." for party in ordered)
        yield Line(text, (f"targets.{period}",), f"Goals {period}")


def incentives(source: PageSource) -> Iterator[Line]:
    """What each team is paid on."""
    written = source.clauses("incentives")
    for clause, each in zip(written, source.agreement.incentives, strict=True):
        shares = listed([f"{percent(share)} on {measure}" for measure, share in each.pays_on.items()], "and")
        yield Line(f"{means(clause)}{shares}.", (clause_id(clause, "incentives"),), f"Pay of {each.team}")


def _party(party: str) -> str:
    return "Together" if party == "joint" else party.capitalize()


def _measures(source: PageSource, measures: Mapping[str, float]) -> str:
    currency = source.agreement.currency
    return listed(
        [
            f"{spaced(name)} {money(amount, currency) if name in _MONEY else number(amount)}"
            for name, amount in measures.items()
        ],
        "and",
    )
