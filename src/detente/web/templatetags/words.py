"""Words about periods in templates: `app.queries.board_words`."""

from __future__ import annotations

from django import template

from detente.app.queries.board_words import period_name, standing

register = template.Library()

register.filter("period_name", period_name)
register.filter("standing", standing)
