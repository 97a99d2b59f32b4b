"""A fact in words: what happened, and what came with it.

Input: a fact of a timeline. Words of the field stand where a kind is one of the standard ones; a kind that an
agreement declares is called by its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import value
from detente.core.facts.fact import ENRICH, Fact, Value

MOST = 12
"""Values of a fact that are told; `left_out` counts the others."""

LONG = 200
"""Signs of a value that are shown."""

MACHINE_SIGNS: Mapping[str, str] = {
    "flag": "its source says so",
    "agent": "a scanner's or a program's name",
    "at-once": "within seconds of sending",
    "links": "several links within seconds",
    "herd": "many people in one moment",
}
"""By what a machine's open or click was recognised, in words."""

Payload = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FactWords:
    """A fact in words. `about`: what came with it, as (name, value)."""

    title: str
    about: tuple[tuple[str, str], ...]
    left_out: int


def told(fact: Fact) -> FactWords:
    """Return what a fact says."""
    words = _SAID.get(fact.kind)
    if fact.kind == ENRICH:
        title, used = f"Told by {fact.source}" if fact.source else "Told", frozenset[str]()
    elif words is None:
        title, used = named(fact.kind), frozenset[str]()
    else:
        used, say = words
        title = say(fact.payload)
    rest = [(spaced(name), shortened(value(each))) for name, each in fact.payload.items() if name not in used]
    return FactWords(title, tuple(rest[:MOST]), max(0, len(rest) - MOST))


def named(kind: str) -> str:
    """Return a kind of fact as a title."""
    return spaced(kind).capitalize()


def shortened(text: str) -> str:
    """Return a text of at most `LONG` signs."""
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def _said(payload: Payload, name: str) -> str:
    return shortened(value(payload[name])) if name in payload else ""


def _with(title: str, name: str) -> tuple[frozenset[str], Callable[[Payload], str]]:
    """Say a title, and after it the one value that makes the difference."""

    def say(payload: Payload) -> str:
        said = _said(payload, name)
        return f"{title}: {said}" if said else title

    return frozenset({name}), say


def _touch(payload: Payload) -> str:
    channel = (_said(payload, "channel") or "touch").capitalize()
    way = {"out": " to the lead", "in": " from the lead"}.get(_said(payload, "direction"), "")
    outcome = _said(payload, "outcome")
    sent = ", automated" if payload.get("automated") is True else ""
    return f"{channel}{way}{sent}{f', {outcome}' if outcome else ''}"


def _form(payload: Payload) -> str:
    form = _said(payload, "form")
    return f"{form.capitalize()} form" if form else "Form"


def _page(payload: Payload) -> str:
    page = _said(payload, "page")
    return f"{page.capitalize()} page" if page else "Page view"


_SAID: Mapping[str, tuple[frozenset[str], Callable[[Payload], str]]] = {
    "page_view": (frozenset({"page"}), _page),
    "form_submit": (frozenset({"form"}), _form),
    "touch": (frozenset({"channel", "direction", "automated", "outcome"}), _touch),
    "email_send": _with("E-mail sent", "content"),
    "email_open": _with("E-mail opened", "content"),
    "email_click": _with("E-mail link clicked", "content"),
    "email_bounce": _with("E-mail bounced", "content"),
    "webinar_register": _with("Webinar registration", "content"),
    "webinar_attend": _with("Webinar attended", "content"),
    "event_attend": _with("Event attended", "campaign"),
    "ad_click": _with("Advertisement clicked", "campaign"),
    "content_view": _with("Content viewed", "content"),
    "trial_start": _with("Trial started", "content"),
    "assign": _with("Assigned", "to"),
    "lead_accept": _with("Accepted", "content"),
    "lead_reject": _with("Not accepted", "reason"),
    "lead_qualify": _with("Qualified", "content"),
    "lead_recycle": _with("Sent back", "reason"),
    "lead_discard": _with("Closed", "reason"),
    "deal_open": _with("Deal opened", "amount"),
    "deal_stage": _with("Deal moved on", "stage"),
    "deal_won": _with("Deal won", "amount"),
    "deal_lost": _with("Deal lost", "reason"),
    "order": _with("Order", "amount"),
    "consent_given": _with("Consent given", "purpose"),
    "consent_withdrawn": _with("Consent withdrawn", "purpose"),
    "unsubscribe": _with("Unsubscribed", "content"),
    "crm_stage": _with("The CRM says", "stage"),
    "feedback": _with("Feedback", "rating"),
}
"""Kind → the payload names that its title tells, and the title."""
