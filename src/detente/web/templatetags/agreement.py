"""What the templates of the agreement page say about clauses."""

from __future__ import annotations

from django import template

from detente.app.queries import board_words
from detente.app.queries.board import Figure
from detente.core.agreement.page_model import anchor

register = template.Library()
register.filter("anchor", anchor)


@register.filter
def met_of(figure: Figure) -> str:
    """Return how many instances of a duty were met, of those decided; none where none was."""
    return board_words.met_of(figure) if figure.n else "none"
