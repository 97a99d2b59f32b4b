"""What templates say about figures, times, statuses and parties. The words and forms are those of `app.figures`."""

from __future__ import annotations

from datetime import tzinfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from detente.app import figures
from detente.web.icons import drawing

register = template.Library()

register.filter("count", figures.count)
register.filter("money", figures.money)
register.filter("percent", figures.percent)
register.filter("duration", figures.duration)
register.filter("open_time", figures.open_time)
register.filter("moment", figures.moment)
register.filter("day", figures.day)


@register.filter
def instant(micros: int | None, zone: tzinfo) -> str:
    """Return an instant (microseconds UTC) as a person in a zone reads it."""
    return figures.instant(micros, zone)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon; `size` is `sm` or nothing. There is always a word beside it."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true">{}</svg>',
        size,
        mark_safe(drawing(name)),  # noqa: S308  from our own files
    )


_STATUSES = {
    "on course": ("met", "circle-check"),
    "met": ("met", "circle-check"),
    "behind pace": ("open", "alert-triangle"),
    "below objective": ("open", "alert-triangle"),
    "below target": ("broken", "circle-x"),
    "broken": ("broken", "circle-x"),
    "void": ("void", "circle-off"),
    "open": ("run", "clock"),
    "running": ("run", "clock"),
    "past alert": ("open", "clock-exclamation"),
    "not judged": ("few", "circle-dashed"),
    "pending": ("few", "circle-dashed"),
    "too few to say": ("few", "circle-dashed"),
}
"""Status → the colour of its ground, and its icon (design/ui.md §4)."""


@register.simple_tag
def status(name: str, words: str = "") -> SafeString:
    """Draw a status: icon, word and colour. `words` replaces the word (`27 m left`, `Below 95 %`)."""
    kind, drawn = _STATUSES.get(name, ("plain", "info-circle"))
    return format_html('<span class="st {}">{}{}</span>', kind, icon(drawn), words or name[:1].upper() + name[1:])


_PARTIES = {
    "marketing": ("m", "M"),
    "sales": ("s", "S"),
    "joint": ("j", "J"),
    "both": ("j", "J"),
    "witness": ("w", "W"),
}


@register.simple_tag
def party(name: str) -> SafeString:
    """Draw a party's mark: square M, round S, half and half J, ring W. Its name stands beside it."""
    shape, letter = _PARTIES.get(name, ("j", name[:1].upper()))
    return format_html('<span class="tm {}" aria-hidden="true">{}</span>', shape, letter)
