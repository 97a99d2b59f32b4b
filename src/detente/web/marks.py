"""Row marks: bars, ticks, dots with their interval and stacked bars, drawn by the server as SVG attributes.

Input: figures, already computed. A mark stands in a row whose other cells carry its numbers; its label says the same in
one sentence. Colours are classes of the style sheet, so that they follow the theme. Every bar starts at zero, and every
share lies on a line from 0 to 100 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from detente.app import figures

WIDTH = 104
"""The length of a mark, in units of its own box and in pixels."""

STACK_WIDTH, STACK_HEIGHT = 190, 14
SPLIT_WIDTH, SPLIT_HEIGHT = 300, 16
GAP = 1.5
"""Between two parts of a bar: neighbours are told apart without colour."""

_TEAMS = {"marketing": "f-m", "sales": "f-s"}
_OTHER = ("f-k", "f-t2", "f-v", "f-p")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: how much, of what colour (a class), and what it is in words."""

    amount: float
    colour: str
    words: str


def colour_of(party: str) -> str:
    """Return the fill of a party; what is owed by both, or by any other, is drawn in ink."""
    return _TEAMS.get(party, _OTHER[0])


def team_colours(teams: Sequence[str]) -> dict[str, str]:
    """Return a fill for each team: any other than the two has one of its own."""
    others = [team for team in teams if team not in _TEAMS]
    return {team: _TEAMS.get(team) or _OTHER[others.index(team) % len(_OTHER)] for team in teams}


def bar(done: float, of: float, party: str, due: float | None, words: str) -> SafeString:
    """Draw what was delivered of what was promised; a tick where it should be by today, if a pace is agreed.

    More than was promised fills the bar: the number beside it says how much more. `words`: "50 of 140".
    """
    return format_html(
        '<svg class="blk" width="{w}" height="16" viewBox="0 0 {w} 16" role="img" aria-label="{words}">'
        '<rect y="3" width="{w}" height="10" rx="2" class="f-t"/>'
        '<rect y="3" width="{done}" height="10" rx="2" class="{colour}"/>{tick}</svg>',
        w=WIDTH,
        words=words if due is None else f"{words}; the tick is what was due by now",
        done=_length(done, of, WIDTH),
        colour=colour_of(party),
        tick=""
        if due is None
        else format_html('<rect x="{}" width="2" height="16" class="f-k"/>', min(_length(due, of, WIDTH), WIDTH - 2)),
    )


def interval(
    share: float | None, low: float | None, high: float | None, objective: float | None, party: str
) -> SafeString:
    """Draw a share as a dot on its 95 % interval, from 0 to 100 %, and the agreed level as a dotted rule.

    `share` None: too few to say. The interval is dashed then, and has no dot. Without an interval there is only the
    line and the level.
    """
    known = low is not None and high is not None
    return format_html(
        '<svg class="blk" width="{w}" height="20" viewBox="0 0 {w} 20" role="img" aria-label="{words}">'
        '<line x2="{w}" y1="10" y2="10" class="k-t"/>{level}{line}{dot}</svg>',
        w=WIDTH,
        words=_interval_words(share, low, high, objective),
        level="" if objective is None else _level(objective),
        line=_line(low or 0.0, high or 0.0, dashed=share is None) if known else "",
        dot=""
        if share is None
        else format_html('<circle cx="{}" cy="10" r="4" class="{}"/>', _x(share), colour_of(party)),
    )


def stack(parts: Sequence[Part], words: str) -> SafeString:
    """Draw where the leads of a stage went: one bar, its parts as long as their share. `words`: of which stage."""
    said = f"{words}: " + ", ".join(f"{figures.count(part.amount)} {part.words}" for part in parts)
    return _bar_of(parts, said, "blk", (STACK_WIDTH, STACK_HEIGHT))


def split(parts: Sequence[Part], words: str) -> SafeString:
    """Draw whose part of a total is how large: one bar over the whole width. `words` says the shares."""
    return _bar_of(parts, words, "blk w-100", (SPLIT_WIDTH, SPLIT_HEIGHT))


def dots(shares: Sequence[tuple[float, bool]], party: str, words: str) -> SafeString:
    """Draw the same share counted in several ways as dots on one line; the filled one is the one that counts."""
    drawn = format_html_join(
        "",
        '<circle cx="{}" cy="10" r="4" class="{}"/>',
        ((_x(share), colour_of(party) if counts else "f-c k-s") for share, counts in sorted(shares, key=_counts_last)),
    )
    return format_html(
        '<svg class="blk" width="{w}" height="20" viewBox="0 0 {w} 20" role="img" aria-label="{words}">'
        '<line x2="{w}" y1="10" y2="10" class="k-t"/>{drawn}</svg>',
        w=WIDTH,
        words=words,
        drawn=drawn,
    )


def sample(colour: str) -> SafeString:
    """Draw what a colour looks like, for a legend; its word stands beside it."""
    return format_html(
        '<svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">'
        '<rect width="12" height="12" rx="2" class="{}"/></svg>',
        colour,
    )


def _bar_of(parts: Sequence[Part], words: str, classes: str, size: tuple[int, int]) -> SafeString:
    """Draw a bar in parts; it has no round corners, and so may be stretched to any width."""
    width, height = size
    return format_html(
        '<svg class="{classes}" width="{w}" height="{h}" viewBox="0 0 {w} {h}" preserveAspectRatio="none" '
        'role="img" aria-label="{words}">{parts}</svg>',
        classes=classes,
        w=width,
        h=height,
        words=words,
        parts=format_html_join("", '<rect x="{}" width="{}" height="{}" class="{}"/>', _laid_out(parts, width, height)),
    )


def _laid_out(parts: Sequence[Part], width: int, height: int) -> Iterator[tuple[float, float, int, str]]:
    """Yield x, width, height and colour of every part that is not nothing; a part is never too small to be seen."""
    some = [part for part in parts if part.amount > 0]
    total = sum(part.amount for part in some)
    room = width - GAP * max(0, len(some) - 1)
    x = 0.0
    for part in some:
        length = room * part.amount / total
        yield round(x, 1), round(max(length, 1.0), 1), height, part.colour
        x += length + GAP


def _interval_words(share: float | None, low: float | None, high: float | None, objective: float | None) -> str:
    said = "Too few to say" if share is None else figures.percent(share)
    if low is None or high is None:
        said = "Nothing to judge yet"
    else:
        said += f", 95 % interval {figures.between(low, high)}"
    return said if objective is None else f"{said}; agreed {figures.percent(objective)}"


def _level(objective: float) -> SafeString:
    return format_html(
        '<line x1="{x}" x2="{x}" y2="20" class="k-s" stroke-width="1.5" stroke-dasharray="2 2"/>', x=_x(objective, 1)
    )


def _line(low: float, high: float, *, dashed: bool) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="10" y2="10" class="{}" stroke-width="2" stroke-dasharray="{}"/>',
        _x(low, 0),
        _x(high, 0),
        "k-s" if dashed else "k-k",
        "3 3" if dashed else "none",
    )


def _x(share: float, margin: float = 4) -> float:
    """Return where a share lies; what is drawn around it stays within the mark."""
    return round(min(max(share * WIDTH, margin), WIDTH - margin), 1)


def _length(amount: float, of: float, width: int) -> float:
    return round(width * min(max(amount / of, 0.0), 1.0), 1) if of > 0 else float(width if amount > 0 else 0)


def _counts_last(each: tuple[float, bool]) -> bool:
    return each[1]
