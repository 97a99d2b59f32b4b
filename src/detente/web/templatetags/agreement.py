"""What the templates of the agreement page say about clauses."""

from __future__ import annotations

from django import template

from detente.core.agreement.page_model import anchor

register = template.Library()
register.filter("anchor", anchor)
