"""Compile the revenue cycle: stages, dispositions, routing and pools."""

from __future__ import annotations

import re
from collections.abc import Mapping

from detente.core.agreement.agreement import Disposition, Pool, Reentry, Route, Stage
from detente.core.agreement.compile_words import owned
from detente.core.agreement.part import Part
from detente.core.agreement.paths import Paths
from detente.core.agreement.scopes import REFUSED, payload_scope
from detente.core.agreement.standard import ATTRIBUTE_ROOTS, DECISION_GROUPS
from detente.core.agreement.tokens import meant, micros_of
from detente.core.facts.fact import ENRICH

_PATH = re.compile(rf"({'|'.join(ATTRIBUTE_ROOTS)})(\.[^\W\d]\w*)+")


def stages(root: Part, paths: Paths) -> dict[str, Stage]:
    """Return the stages in declared order; those no path reaches are reported."""
    found = {name: _stage(name, part) for name, part in root.named("stages")}
    below = root.below("stages")
    for name in paths.unreachable():
        below.at_key(name, f"'{name}' is never entered: no path of 'from's leads to it, so it is unreachable")
    return found


def _stage(name: str, part: Part) -> Stage:
    enter = part.below("enter")
    owned(part)
    _check_basis(name, part, enter)
    event = enter.selector("event") if enter.has("event") else None
    scope = REFUSED if event is None or not event.kind else payload_scope(part.names.kinds[event.kind].payload)
    from_ = enter.references("from", part.names.stages, "stage")
    return Stage(
        name=name,
        id=part.text("id"),
        owner=part.text("owner"),
        computed=part.text("basis") == "computed",
        from_=from_ if enter.has("from") else None,
        when=enter.maybe_condition("when"),
        event=event,
        require=enter.maybe_condition("require", scope),
        reentry=_reentry(part.below("reentry")) if part.has("reentry") else None,
        resets_behaviour=part.has("resets"),
        exit=part.truth("exit"),
    )


def _check_basis(name: str, part: Part, enter: Part) -> None:
    """A computed stage is entered by a condition, a recorded one by a decision."""
    basis = part.text("basis")
    needed, foreign = {"computed": ("when", ("event", "require")), "recorded": ("event", ("when",))}.get(
        basis, ("", ())
    )
    if needed and part.has("enter") and enter.node.sound and not enter.has(needed):
        part.at_key("enter", f"'enter' lacks the key '{needed}': the stage '{name}' is {basis}")
    for key in foreign:
        if enter.has(key):
            enter.at_key(key, f"'{key}' does not belong to a {basis} stage")


def _reentry(part: Part) -> Reentry:
    return Reentry(micros_of(part.text("after")) or 0, part.maybe_condition("unless"))


def dispositions(root: Part) -> dict[str, Mapping[str, Disposition]]:
    """Return the reasons by group."""
    below = root.below("dispositions")
    dispute = below.below("dispute")
    dispute.reference("decides", root.names.parties, "party")
    return {
        group: {reason: _reason(reason, part) for reason, part in below.named(group)}
        for group in DECISION_GROUPS
        if below.has(group)
    }


def _reason(reason: str, part: Part) -> Disposition:
    events = [kind for kind in part.names.kinds if kind != ENRICH]
    return Disposition(
        reason=reason,
        points_at=part.maybe("points_at"),
        needs=part.reference("needs", part.names.duties, "duty"),
        resume=part.maybe("resume"),
        sets=part.reference("sets", events, "event"),
    )


def routing(root: Part) -> tuple[Route, ...]:
    """Return the routing rules in order."""
    listed = root.listed("routing")
    for position, part in enumerate(listed):
        check_row(part, last=position == len(listed) - 1)
    if listed and not any(holds_always(part) for part in listed):
        root.warn_key("routing", "no row is 'otherwise': a lead that fits none has no owner")
    return tuple(_route(part) for part in listed)


def check_row(part: Part, *, last: bool) -> None:
    """A row has a condition, or holds for every lead; nothing after such a row is ever reached."""
    if part.has("when") and part.has("otherwise"):
        part.at_key("otherwise", "'otherwise' beside 'when': a row has one of them")
    elif part.has("otherwise") and part.maybe("otherwise") == "false":
        part.at_value("otherwise", "'otherwise' is true or left out")
    if holds_always(part) and not last:
        part.warn_key("otherwise", "the rows after this one are never reached: it holds for every lead")


def holds_always(part: Part) -> bool:
    """Whether a row has no condition."""
    return not part.has("when")


def _route(part: Part) -> Route:
    to = part.text("to")
    path = _PATH.fullmatch(to) is not None
    if to and not path and to not in part.names.pools and "@" not in to:
        hint = meant(to, part.names.pools) or "; write a pool, an attribute path or an e-mail address"
        part.at_value("to", f"unknown pool '{to}'{hint}")
    return Route(
        id=part.text("id"),
        when=part.maybe_condition("when"),
        to=to,
        to_attribute=path,
        calendar=part.reference("calendar", part.names.calendars, "calendar"),
    )


def pools(root: Part) -> dict[str, Pool]:
    """Return the pools by name."""
    used = {part.text("to") for part in root.listed("routing")}
    below = root.below("pools")
    for name in below.node.entries:
        if name not in used:
            below.warn_key(name, f"no route leads to the pool '{name}'")
    return {name: Pool(name, part.texts("members"), part.maybe_number("daily")) for name, part in root.named("pools")}
