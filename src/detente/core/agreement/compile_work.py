"""Compile how the two work together: credit, targets, pay, consent; check programmes, campaigns, meetings, change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from detente.core.agreement.agreement import (
    ConsentRule,
    Credit,
    CreditRule,
    CreditView,
    Duty,
    Holdout,
    Incentive,
    Stage,
    VolumeDuty,
)
from detente.core.agreement.compile_words import JOINT, owned
from detente.core.agreement.part import Part
from detente.core.agreement.scopes import CAMPAIGN
from detente.core.agreement.standard import AGENDA_WORDS, TARGET_MEASURES
from detente.core.agreement.tokens import meant, micros_of
from detente.core.agreement.vocabulary import texts_at
from detente.core.agreement.yaml_nodes import Scalar

Targets = Mapping[str, Mapping[str, Mapping[str, int | float]]]

_WEIGHTED = {"position": 3, "w": 4, "full_path": 5}
_FIRST_LEVEL = (
    "focus", "value", "barriers", "calendars", "kinds", "lists", "glossary", "personas", "fit", "score", "stages",
    "dispositions", "routing", "pools", "sla", "credit", "targets", "incentives", "content", "campaigns", "programmes",
    "consent", "cadence", "change",
)  # fmt: skip


# --- credit ---------------------------------------------------------------------------------------------------------


def credit(root: Part, stages: Mapping[str, Stage]) -> Credit | None:
    """Return who gets credit, None if the agreement does not say."""
    if not root.has("credit"):
        return None
    part = root.below("credit")
    book = part.text("book")
    if book in ("sourced", "influenced") and not part.has(book):
        part.at_value("book", f"'book' names the rule '{book}', which is missing")
    return Credit(
        book=book,
        sourced=_credit_rule(part.below("sourced"), stages, "first") if part.has("sourced") else None,
        influenced=_credit_rule(part.below("influenced"), stages, "any") if part.has("influenced") else None,
        views=tuple(_view(each) for each in part.listed("views")),
        holdout=_holdout(part.below("holdout")) if part.has("holdout") else None,
    )


def _credit_rule(part: Part, stages: Mapping[str, Stage], touch: str) -> CreditRule:
    before = part.reference("before", part.names.stages, "stage")
    if before is not None and before in stages and stages[before].computed:
        part.at_value("before", f"'{before}' is computed; a deal is opened by the recorded event of a stage")
    return CreditRule(
        to=part.reference("to", part.names.parties, "party") or "",
        touch=part.maybe("touch") or touch,
        channels=_channels(part),
        lookback=micros_of(part.text("lookback")) or 0,
        before=before,
        otherwise=part.reference("otherwise", part.names.parties, "party"),
    )


def _channels(part: Part) -> tuple[str, ...]:
    """The channels themselves, or those of a list."""
    if not isinstance(part.node.get("channels"), Scalar):
        return part.texts("channels")
    name = part.reference("channels", part.names.lists, "list") or ""
    return tuple(str(value) for value in part.names.lists.get(name) or ())


def _view(part: Part) -> CreditView:
    model = part.text("model").lower().replace(" ", "_")
    weights = [node.value for node in texts_at(part.node, "weights") if isinstance(node.value, int | float)]
    wanted = _WEIGHTED.get(model)
    if part.has("weights") and wanted is None:
        part.at_key("weights", f"'weights' needs the model position, w or full_path, not {model}")
    elif weights and len(weights) != wanted:
        part.at_value("weights", f"{model} has {wanted} weights, not {len(weights)}")
    elif weights and abs(sum(weights) - 1) > 1e-9:
        part.at_value("weights", f"the weights sum to {sum(weights):g}, not to 1")
    for key, needed in (("order", "markov"), ("half_life", "time_decay")):
        if part.has(key) and model != needed:
            part.at_key(key, f"'{key}' needs the model {needed}, not {model}")
    return CreditView(model, tuple(map(float, weights)), part.count("order"), micros_of(part.text("half_life")))


def _holdout(part: Part) -> Holdout:
    of = part.reference("of", part.names.programmes, "programme")
    return Holdout(of or "", part.number("share"), part.maybe("unit") or "person")


# --- targets and pay ------------------------------------------------------------------------------------------------


def targets(root: Part) -> Targets:
    """Return the targets: period → party or joint → measure → number."""
    below = root.below("targets")
    for period in below.node.entries:
        below.key_references(period, [*root.names.parties, JOINT], "party")
        for party in below.below(period).node.entries:
            below.below(period).key_references(party, [*root.names.stages, *TARGET_MEASURES], "measure")
    return {
        period: {party: below.below(period).numbers(party) for party in below.below(period).node.entries}
        for period in below.node.entries
    }


def incentives(root: Part, duties: tuple[Duty, ...], planned: Targets) -> tuple[Incentive, ...]:
    """Return what each team is paid on. Every measure must have a target, and the shares sum to 1."""
    made = []
    for part in root.listed("incentives"):
        team = part.reference("team", root.names.parties, "party") or ""
        pays = part.below("pays_on")
        for entry in pays.node.entries.values():
            _check_paid(pays, entry.key.text, team, duties, planned)
        shares = part.numbers("pays_on")
        if shares and abs(sum(shares.values()) - 1) > 1e-9:
            part.at_value("pays_on", f"the shares of 'pays_on' sum to {sum(shares.values()):g}, not to 1")
        made.append(Incentive(team, {name: float(share) for name, share in shares.items()}))
    return tuple(made)


def _check_paid(pays: Part, name: str, team: str, duties: tuple[Duty, ...], planned: Targets) -> None:
    duty = next((each for each in duties if each.id == name), None)
    if duty is not None:
        if duty.objective is None and not isinstance(duty, VolumeDuty):
            pays.at_key(name, f"'{name}' has no objective, so there is no target to be paid on")
        return
    party, dot, measure = name.partition(".")
    measured = set(_party_measures(planned))
    if name in pays.names.duties or (name if dot else f"{team}.{name}") in measured:
        return
    own = [each.removeprefix(f"{team}.") for each in measured]
    known = [*own, *measured, *pays.names.duties]
    if (measure if dot else name) in (*pays.names.stages, *TARGET_MEASURES):
        pays.at_key(name, f"'{name}' has no target: set one for {party if dot else team} under 'targets'")
    else:
        pays.at_key(name, f"unknown measure '{name}'{meant(name, known)}")


def _party_measures(planned: Targets) -> Iterator[str]:
    return (f"{party}.{measure}" for parties in planned.values() for party in parties for measure in parties[party])


# --- consent --------------------------------------------------------------------------------------------------------


def consent(root: Part) -> tuple[ConsentRule, ...]:
    """Return the consent rules in order."""
    made = []
    for part in root.listed("consent"):
        if not part.has("forbid") and not part.has("require") and part.node.sound:
            part.warn_key("when", "this rule forbids nothing and requires nothing")
        required = part.below("require")
        conditions = {channel: required.condition(channel) for channel in required.node.entries}
        made.append(ConsentRule(part.text("id"), part.condition("when"), part.texts("forbid"), conditions))
    return tuple(made)


# --- what is checked and kept as words ------------------------------------------------------------------------------


def check_words(root: Part, planned: Targets) -> None:
    """Check who is named in focus, value, barriers and owners, and what value is measured by."""
    for part in root.listed("focus"):
        part.reference("team", root.names.parties, "party")
    for part in root.listed("value"):
        owned(part)
        measures = [*root.names.duties, *root.names.programmes, *dict.fromkeys(_party_measures(planned))]
        part.reference("measured_by", measures, "duty, programme or measure")
    for part in root.listed("barriers"):
        owned(part)
    owners = root.below("owners")
    for topic in owners.node.entries:
        known = [*_FIRST_LEVEL, *root.names.terms, *root.names.stages, *root.names.duties]
        if topic not in known:
            owners.warn_key(topic, f"'{topic}' is no section, term, stage or duty{meant(topic, known)}")


def check_programmes(root: Part) -> None:
    """Check programmes: who owns them, whom they enrol, and that each step does one thing."""
    for part in root.listed("programmes"):
        owned(part)
        part.condition("enrol")
        part.condition("exit")
        for step in part.listed("steps"):
            if step.has("send") and step.has("task"):
                step.at_key("task", "'task' beside 'send': a step does one of them")
            if step.has("text") and not step.has("task"):
                step.at_key("text", "'text' needs 'task'")


def check_meetings_and_change(root: Part) -> None:
    """Check campaigns, meetings, and how the agreement is changed."""
    for part in root.listed("campaigns"):
        part.condition("when", CAMPAIGN)
    for part in root.listed("cadence"):
        part.references("agenda", AGENDA_WORDS, "agenda word")
        part.references("pairs", root.names.parties, "party")
    change = root.below("change")
    change.references("signed_by", root.names.parties, "party")
    explore = change.below("explore")
    explore.reference("of", root.names.stages, "stage")
    explore.reference("work_as", root.names.stages, "stage")
