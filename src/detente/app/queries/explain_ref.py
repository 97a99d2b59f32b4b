"""The address of a figure: what stands behind `/explain/` and on the command line after `detente explain`.

A reference is a kind and the names that pick one figure of it, and the period it is of:

    duty/sla.volume/quality            a duty's instances, count, value or quality; pay: over the period of a pay plan
    target/joint/revenue               pay/marketing
    credit/revenue                     credit/revenue/sourced/marketing         credit/revenue/linear/sales/email
    conversion/MQL/SAL                 time-in-stage/MQL                        speed/sla.speed
    entries/MQL
    channel/sla.volume/paid_search     reason/recycle/not_now/timing            consent/consent.stop/email
    stage/MQL                          difference/MQL/SQL

Names are what people wrote, so they may hold anything. Within a name `~` is written `~0` and `/` is `~1`; a name that
is not there is `~n`, an empty one `~e`, and dots that a browser would take for a folder are `~d`. Everything else that
an address cannot hold is percent-encoded on top of that.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from detente.core.errors import UsageError

Name = str | None

KINDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "duty": (("duty", "part"),),
    "target": (("party", "measure"),),
    "pay": (("team",),),
    "credit": (("measure",), ("measure", "rule", "party"), ("measure", "rule", "party", "channel")),
    "conversion": (("stage", "later stage"),),
    "time-in-stage": (("stage",),),
    "entries": (("stage",),),
    "speed": (("duty",),),
    "channel": (("duty", "channel"),),
    "reason": (("decision", "reason", "what it points at"),),
    "stage": (("stage",),),
    "difference": (("stage", "CRM stage"),),
    "consent": (("rule", "channel"),),
}
"""Kind → what its names stand for, in each of its forms."""

_ABSENT, _EMPTY, _DOT = "~n", "~e", "~d"


@dataclass(frozen=True, slots=True)
class FigureRef:
    """One figure. `period` None: the latest there is. `settled`: as known today, where the figure has been closed."""

    kind: str
    names: tuple[Name, ...]
    period: str | None = None
    settled: bool = False

    @property
    def figure(self) -> str:
        """The figure as it is written, without its period."""
        return "/".join((self.kind, *map(_written, self.names)))

    def of(self, period: str | None) -> FigureRef:
        """Return the same figure of another period."""
        return replace(self, period=period, settled=False)


def explain_address(ref: FigureRef, rows: str | None = None, **more: str | int) -> str:
    """Return the address of a figure's explanation; `rows` is the key of the count whose rows are to be shown."""
    query = {"period": ref.period, "basis": "settled" if ref.settled else None, "rows": rows or None, **more}
    given = urlencode({name: value for name, value in query.items() if value is not None}, quote_via=quote)
    return f"/explain/{quote(ref.figure, safe='/~')}/" + (f"?{given}" if given else "")


def parse_figure(figure: str, period: str | None = None, basis: str | None = None) -> FigureRef:
    """Return the figure that a text names: what `FigureRef.figure` wrote. Raises UsageError with the nearest known."""
    kind, *names = figure.strip("/").split("/")
    known(kind, KINDS, "there is no figure of the kind")
    forms = KINDS[kind]
    if len(names) not in {len(form) for form in forms}:
        shown = " or ".join("/".join((kind, *(f"<{name}>" for name in form))) for form in forms)
        raise UsageError(f"'{figure}' names no figure: write {shown}")
    if basis not in (None, "closed", "settled"):
        raise UsageError(f"basis '{basis}' is none: leave it out, or say settled for what is known today")
    return FigureRef(kind, tuple(map(_read, names)), period, basis == "settled")


def known(name: str, names: Iterable[str], what: str) -> None:
    """Refuse a name that is none of the known ones, with the nearest of them."""
    every = list(names)
    if name not in every:
        near = difflib.get_close_matches(name, every, 1, cutoff=0.4)
        hint = (
            f"did you mean '{near[0]}'?" if near else f"there is {', '.join(every[:12])}" if every else "there is none"
        )
        raise UsageError(f"{what} '{name}': {hint}")


def _written(name: Name) -> str:
    if name is None:
        return _ABSENT
    if name == "":
        return _EMPTY
    escaped = name.replace("~", "~0").replace("/", "~1")
    return escaped.replace(".", _DOT) if set(name) == {"."} else escaped


def _read(text: str) -> Name:
    if text == _ABSENT:
        return None
    if text == _EMPTY:
        return ""
    return text.replace(_DOT, ".").replace("~1", "/").replace("~0", "~")
