"""Take an event that another system sends: keep it as it came, once, and only then say so.

Input: a delivery, the gate of its source (None: there is no such source) and the inbox, through their ports.
"""

from __future__ import annotations

import json
from enum import StrEnum

from detente.app.ports.inbox import KEPT, Delivery, Gate, Inbox

LARGEST = 1_000_000
"""Bytes of a body; what is longer is refused, and need not be read any further."""

NOBODY = ""
"""The source under which deliveries for an unknown source are counted: their names are the sender's choice."""

_DEEPEST = 100
"""Levels of nesting; far more than an event has, and far fewer than would exhaust whoever reads it."""


class Outcome(StrEnum):
    """What became of a delivery."""

    KEPT = KEPT
    KNOWN = "known"  # kept before: the sender tried again
    NO_SUCH_SOURCE = "no-such-source"
    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    PACKED = "packed"  # a compressed body, of which nobody knows how large it is
    NOT_SHOWN = "not-shown"  # to come from whom it says
    BROKEN = "broken"  # no JSON object or list


def receive_event(delivery: Delivery, gate: Gate | None, inbox: Inbox, now: int) -> Outcome:
    """Keep an event, or say why it is not taken. `Busy` or `InputError` if it cannot be kept: it may come again."""
    judged = _judged(delivery, gate, now)
    if isinstance(judged, Outcome):
        inbox.refused(delivery.source if gate else NOBODY, judged)
        return judged
    return Outcome.KEPT if inbox.put(delivery.source, judged, now, delivery.body) else Outcome.KNOWN


def _judged(delivery: Delivery, gate: Gate | None, now: int) -> Outcome | str:
    """Return the key of an event that is taken, or why it is not. Its content is looked at last."""
    if gate is None:
        return Outcome.NO_SUCH_SOURCE
    refusal = _refusal(delivery)
    if refusal is not None:
        return refusal
    key = gate.key_of(delivery, now)
    if key is None:
        return Outcome.NOT_SHOWN
    return key if _is_event(delivery.body) else Outcome.BROKEN


def _refusal(delivery: Delivery) -> Outcome | None:
    """Return what is wrong with a delivery before anything of its content is looked at."""
    kind = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if delivery.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return Outcome.PACKED
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        return Outcome.NOT_JSON
    return Outcome.TOO_LARGE if len(delivery.body) > LARGEST else None


def _is_event(body: bytes) -> bool:
    """Whether a body is a JSON object, or a list of them, as RFC 8259 has them and without a key twice."""
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return False
    items = content if isinstance(content, list) else [content]
    return all(isinstance(item, dict) and _depth(item) <= _DEEPEST for item in items)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key twice")
    return made


def _depth(item: object) -> int:
    """Return how deep a value is nested, without recursion."""
    deepest, waiting = 0, [(item, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            deepest = max(deepest, depth)
            below = value.values() if isinstance(value, dict) else value
            waiting += [(each, depth + 1) for each in below]
    return deepest
