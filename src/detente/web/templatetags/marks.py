"""Row marks in templates: `detente.web.marks`, drawn where they stand."""

from __future__ import annotations

from django import template

from detente.web import marks

register = template.Library()

register.simple_tag(marks.bar)
register.simple_tag(marks.interval)
register.simple_tag(marks.stack)
register.simple_tag(marks.split)
register.simple_tag(marks.dots)
register.simple_tag(marks.sample)
