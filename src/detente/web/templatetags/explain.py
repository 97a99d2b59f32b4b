"""Links from a number to what lies behind it. Input: the references of `app.queries.explain_links`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from detente.app.queries.explain_ref import FigureRef, explain_address

register = template.Library()


@register.simple_tag
def explain(ref: FigureRef, words: str | int, rows: str = "") -> SafeString:
    """Draw a number that opens: in the panel where scripts run, else on a page of its own.

    `rows` is the key of the count that it is: `met`, `pending`, `converted`, `reached SAL`.
    """
    address = explain_address(ref, rows)
    return format_html('<a class="ex" href="{}" hx-get="{}" hx-target="#panel">{}</a>', address, address, words)
