"""The kinds of fact every agreement knows (specification §1), and the words the language itself gives meaning to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from detente.core.agreement.agreement import Kind, Side
from detente.core.facts.fact import ENRICH

MARKETING_PAYLOAD = ("channel", "campaign", "content")
"""What every marketing kind carries beside its own payload."""

ATTRIBUTE_ROOTS = ("person", "company", "account", "sales", "deal", "customer")
"""What an attribute path begins with."""

DECISION_GROUPS: Mapping[str, str] = MappingProxyType(
    {"recycle": "lead_recycle", "discard": "lead_discard", "reject": "lead_reject"}
)
"""Each reason group of the dispositions with the kind of decision that carries its reasons."""

AGENDA_WORDS = (
    "broken", "at_risk", "disputes", "dispositions", "actions", "matured_cohorts", "proposals", "forecast_check",
    "credit", "barriers", "shadowing", "content", "campaigns", "plan",
)  # fmt: skip

TARGET_MEASURES = ("won", "revenue", "pipeline", "sourced_pipeline", "sourced_revenue")
"""What a target may be set for, beside the stages."""

_MARKETING = {
    "page_view": ("page", "url"), "form_submit": ("form",), "email_send": (), "email_open": (), "email_click": (),
    "email_bounce": (), "webinar_register": (), "webinar_attend": (), "event_attend": (), "ad_click": (),
    "trial_start": (), "content_view": (), "campaign_response": ("status",),
}  # fmt: skip
_SALES = {
    "touch": ("channel", "direction", "automated", "outcome", "content", "seconds"),
    "lead_accept": (), "lead_reject": ("reason",), "lead_qualify": (), "lead_recycle": ("reason",),
    "lead_discard": ("reason",), "assign": ("to",), "deal_open": ("deal", "amount"), "deal_stage": ("deal", "stage"),
    "deal_won": ("deal", "amount"), "deal_lost": ("deal", "reason"), "order": ("amount",),
}  # fmt: skip
_BOTH = {
    "feedback": ("rating", "reason", "content"), "consent_given": ("purpose", "wording"),
    "consent_withdrawn": ("purpose",), "unsubscribe": (), ENRICH: (), "crm_stage": ("stage",),
}  # fmt: skip


def kind_of(name: str, side: Side, payload: tuple[str, ...]) -> Kind:
    """Return a kind of fact; a marketing kind also carries channel, campaign and content."""
    carried = MARKETING_PAYLOAD if side is Side.MARKETING else ()
    return Kind(name, side, tuple(dict.fromkeys((*payload, *carried))))


STANDARD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        name: kind_of(name, side, payload)
        for side, kinds in ((Side.MARKETING, _MARKETING), (Side.SALES, _SALES), (Side.BOTH, _BOTH))
        for name, payload in kinds.items()
    }
)
