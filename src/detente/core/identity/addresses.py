"""Street addresses as people type them, in a form in which the same door reads alike.

Input: distinct values of an address attribute, one line or several. The house number is told apart; the kind of street,
rooms, floors and what is near by go, points of the compass become one letter, ordinals numbers. What remains are the
words of the street's name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from detente.core.identity.letters import fold

_KINDS = frozenset(
    """
    allee alley ave avenue av blv blvd boulevard chaussee circle cir court crescent ct cres dr drive expressway expy
    gasse highway hwy lane ln parkway pike pkwy pl place platz plaza road rd route rte rue square sq st str strasse
    street terrace ter trail trl via viale way weg
    """.split()
)
_COMPASS = {
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "n": "n", "s": "s", "e": "e", "w": "w", "ne": "ne", "nw": "nw", "se": "se", "sw": "sw",
}  # fmt: skip
_ROOM = re.compile(
    r"\b(?:suite|ste|unit|apt|apartment|room|rm|floor|fl|bldg|building|stock|etage|p o box|po box|box)\b.*"
    r"|\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|ground|lower|upper|main) (?:floor|fl|level|unit)\b.*"
)
_BESIDE = re.compile(r"(?<=\w) (?:between|near|off|at|corner|cor|opposite|behind|next to|across from) .*")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}
_GLUED_KIND = re.compile(r"(?<=\w{3})(?:strasse|str|gasse|weg|platz|allee)$")


class Street(NamedTuple):
    """`number`: of the house, with its letter; `compass`: of the street ("w"); `words`: of its name, in order."""

    number: str
    compass: str
    words: tuple[str, ...]


def street(text: str) -> Street | None:
    """Return the comparable form of an address, or None if it names no street."""
    words = _BESIDE.sub("", _without_room(fold(text))).split()
    number = ""
    if words and words[0][0].isdigit() and not _ORDINAL.fullmatch(words[0]):
        number, *words = words
    elif len(words) > 1 and words[-1][0].isdigit() and not _ORDINAL.fullmatch(words[-1]):  # Hauptstrasse 5
        *words, number = words
    words = [_ORDINALS.get(word, _ORDINAL.sub(r"\1", word)) for word in words]
    compass = [_COMPASS[word] for word in words if word in _COMPASS]
    named = [_GLUED_KIND.sub("", word) for word in words if word not in _COMPASS]
    kept = tuple(word for word in named if word not in _KINDS) or tuple(named) or tuple(words)
    return Street(number, compass[0] if compass else "", kept) if kept else None


def _without_room(folded: str) -> str:
    """Drop rooms and floors, unless nothing else is there."""
    return _ROOM.sub("", folded).strip() or folded
