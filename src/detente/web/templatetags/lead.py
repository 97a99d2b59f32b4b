"""What the templates of leads say about clauses, facts and conditions. Words are `app`'s; here they get a mark."""

from __future__ import annotations

from datetime import tzinfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.countdown import Countdown
from detente.app.queries.fact_words import told
from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import article
from detente.core.facts.fact import Fact
from detente.core.replay.explain import Verdict
from detente.core.replay.rows import ClockRow
from detente.web.addresses import clause_address
from detente.web.templatetags.dt import icon

register = template.Library()


@register.simple_tag
def clause(id_: str, version: str) -> SafeString:
    """Draw a clause's id, as a link to its words."""
    return format_html('<a class="cl" href="{}">{}</a>', clause_address(version, id_), id_)


@register.filter
def on(micros: int | None, zone: tzinfo) -> str:
    """Return the day of an instant."""
    return figures.instant(micros, zone).rpartition(" ")[0] if micros is not None else figures.NOTHING


@register.filter
def amount(micros: int, countdown: Countdown) -> str:
    """Return a part of a clock's target as the clock tells it."""
    return countdown.amount(micros)


@register.simple_tag
def clock_time(row: ClockRow, micros: int) -> str:
    """Return a time of a clock: open hours where it counts a calendar, else elapsed time."""
    write = figures.duration if row.calendar is None else figures.open_time
    return write(micros // 1_000_000)


@register.filter
def points(number: float) -> str:
    """Return points with their sign; nothing is 0."""
    return f"+{figures.count(number)}" if number > 0 else figures.count(number).replace("-", "−")


register.filter("told", told)
register.filter("words", spaced)
register.filter("article", article)


@register.filter
def barred(channel: str) -> str:
    """Return a channel that may not be used."""
    return f"No {channel}"


_VERDICTS = {
    Verdict.HOLDS: ("check", "holds"),
    Verdict.FAILS: ("minus", "does not hold"),
    Verdict.UNKNOWN: ("question-mark", "unknown"),
}


@register.simple_tag
def verdict(of: Verdict) -> SafeString:
    """Draw how a condition stands: tick, dash or question mark, and the word for those who do not see it."""
    drawn, words = _VERDICTS[of]
    return format_html(
        '<span class="vd {}">{}<span class="visually-hidden">{}</span></span>', drawn, icon(drawn, "sm"), words
    )


_ICONS = {
    "enrich": "forms", "page_view": "eye", "form_submit": "message", "email_send": "mail", "email_open": "mail-opened",
    "email_click": "mail-opened", "email_bounce": "mail", "webinar_register": "video", "webinar_attend": "video",
    "event_attend": "calendar-event", "trial_start": "flask", "content_view": "file-text", "ad_click": "external-link",
    "assign": "user", "crm_stage": "git-compare", "consent_given": "shield-check", "consent_withdrawn": "ban",
    "unsubscribe": "ban", "lead_accept": "check", "lead_qualify": "check", "lead_recycle": "arrow-down",
    "lead_reject": "arrow-down", "lead_discard": "x", "deal_open": "briefcase", "deal_stage": "briefcase",
    "deal_won": "trophy", "deal_lost": "briefcase",
}  # fmt: skip
_CHANNELS = {"call": "phone", "email": "mail", "linkedin": "brand-linkedin", "meeting": "users", "visit": "users"}


@register.simple_tag
def fact_icon(fact: Fact) -> SafeString:
    """Draw what kind of fact it is; its words stand beside it."""
    if fact.kind == "touch":
        return icon(_CHANNELS.get(str(fact.payload.get("channel")), "message"), "sm")
    return icon(_ICONS.get(fact.kind, "info-circle"), "sm")
