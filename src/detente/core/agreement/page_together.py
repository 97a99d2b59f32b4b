"""The page, last part: content, campaigns, programmes, consent, meetings, owners, and how the agreement changes.

Input: a `PageSource`. Output: lines for the page. Conditions that are not about a lead stand as they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detente.core.agreement.page_figures import counted, duration, listed, percent, sentence, spaced
from detente.core.agreement.page_model import Line
from detente.core.agreement.page_source import Clause, PageSource, clause_id, means


def consent(source: PageSource) -> Iterator[Line]:
    """What may be sent to whom."""
    written = {each["id"]: each for each in source.clauses("consent")}
    for rule in source.agreement.consent:
        parts = [listed([f"no {_channel(channel)}" for channel in rule.forbid], "and")] if rule.forbid else []
        parts += [
            f"{_channel(channel)} only if {source.words.condition(required)}"
            for channel, required in rule.require.items()
        ]
        text = f"If {source.words.condition(rule.when)}: {'; '.join(parts)}."
        yield Line(means(written[rule.id]) + text, (rule.id,), "Consent")
        yield from source.ways_in(rule.when, *rule.require.values())


def _channel(name: str) -> str:
    return {"email": "e-mail", "sequence": "automated sequence"}.get(name, spaced(name))


def working_together(source: PageSource) -> Iterator[Line]:
    """Content, campaigns, programmes, meetings and who owns what."""
    for clause in source.clauses("content"):
        yield Line(means(clause) + _content(clause), (clause["id"],), "Content")
    for clause in source.clauses("campaigns"):
        yield Line(means(clause) + _campaign(clause), (clause["id"],), "Campaigns")
    for clause in source.clauses("programmes"):
        yield Line(means(clause) + _programme(clause), (clause["id"],), "Programme")
    for clause in source.clauses("cadence"):
        yield Line(means(clause) + _meeting(clause), (clause["id"],), "Meeting")
    owners = source.named("owners")
    if owners:
        text = "; ".join(f"{spaced(topic)}: {owner}" for topic, owner in owners.items())
        yield Line(f"{text}.", ("owners",), "Who decides on what")


def change(source: PageSource) -> Iterator[Line]:
    """How this agreement is changed."""
    clause = source.named("change")
    if not clause:
        return
    parts = [f"Signed by {_names(clause['signed_by'])}."] if clause.get("signed_by") else []
    if clause.get("notice"):
        parts.append(
            f"Notice: {duration(str(clause['notice']))} between the last signature and the day it takes effect."
        )
    backtest: Clause = clause.get("backtest") or {}
    if backtest:
        cohorts = f"over {backtest['cohorts']}" if backtest.get("cohorts") else ""
        maturity = f"each {duration(str(backtest['maturity']))} old" if backtest.get("maturity") else ""
        parts.append(f"A proposal is replayed on history first, {' '.join(filter(None, (cohorts, maturity)))}.")
    explore: Clause = clause.get("explore") or {}
    if explore:
        unit = f", drawn by {explore['unit']}" if explore.get("unit") else ""
        parts.append(
            f"{percent(explore['share'])} of those in {explore.get('of', 'other stages')} are worked as "
            f"{explore.get('work_as', 'others are')} without saying so{unit}, to learn whom the rules leave out."
        )
    ids = [each["id"] for each in (backtest, explore) if each.get("id")]
    yield Line(means(clause) + " ".join(parts), (clause_id(clause, "change"), *ids), "Changing this")


def _content(clause: Clause) -> str:
    text = f"{sentence(_names(clause['what'])).rstrip('.')}: approved by {_names(clause['approve'])}"
    text += f" within {duration(str(clause['within']))}" if clause.get("within") else ""
    silence = f" Silence {spaced(str(clause['silence']))}." if clause.get("silence") else ""
    return f"{text}.{silence}"


def _campaign(clause: Clause) -> str:
    text = f"When {clause['when']}"
    text += f": approved by {_names(clause['approve'])}" if clause.get("approve") else ""
    text += f", {duration(str(clause['notice']))} before" if clause.get("notice") else ""
    return f"{text}."


def _programme(clause: Clause) -> str:
    steps = listed([_step(step) for step in clause.get("steps") or ()], "then")
    text = f"For leads with ({clause['enrol']}), until ({clause['exit']}): {steps}. Owner: {clause['owner']}."
    holdout: Any = clause.get("holdout")
    if isinstance(holdout, int | float):
        text += f" {percent(holdout)} are left out, to see what it adds."
    return text


def _step(step: Clause) -> str:
    wait = f"after {duration(str(step['wait']))} " if step.get("wait") else ""
    if step.get("send"):
        return f"{wait}send {step['send']}"
    text = f" ({step['text']})" if step.get("text") else ""
    return f"{wait}a task for {step.get('task', '')}{text}"


def _meeting(clause: Clause) -> str:
    parts = [f"Every {clause['every']}"]
    parts += [counted(clause["minutes"], "minute")] if clause.get("minutes") else []
    parts += [f"pairs of {_names(clause['pairs'])}"] if clause.get("pairs") else []
    parts += [f"at least {clause['at_least']}"] if clause.get("at_least") else []
    agenda = f": {listed([spaced(str(item)) for item in clause['agenda']], 'and')}" if clause.get("agenda") else ""
    return ", ".join(parts) + agenda + "."


def _names(names: Sequence[Any] | str) -> str:
    return spaced(names) if isinstance(names, str) else listed([spaced(str(name)) for name in names], "and")
