"""Changes to one condition: each number moved, each guard dropped, each arm taken out, one at a time.

Input: the tree of a line as written. Output: what to replace, by offsets into the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detente.core.agreement import nudges
from detente.core.agreement.syntax import (
    Call,
    Comparison,
    Constant,
    Duration,
    Group,
    Junction,
    Knowledge,
    Membership,
    Negation,
    Selection,
    Tree,
    Word,
    ungrouped,
)

Nudge = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """Replace [start, end) of a line by `new`; `what` says it in words."""

    start: int
    end: int
    new: str
    what: str


def changes(line: str, tree: Tree, of_score: Nudge) -> Iterator[Change]:
    """Yield every change to a line; `of_score` moves a number that the score is compared with."""
    match tree:
        case Junction(_, _, op, items):
            yield from _dropped(line, items, "the guard" if op == "and" else "the arm")
            for item in items:
                yield from changes(line, item, of_score)
        case Group(item=inner) | Knowledge(left=inner):
            yield from changes(line, inner, of_score)
        case Negation(start, _, item):
            yield Change(start, item.start, "", f"drop 'not' before '{line[item.start : item.end]}'")
            yield from changes(line, item, of_score)
        case Comparison():
            yield from _compared(line, tree, of_score)
        case Membership(_, _, left, _, _, members):
            yield from changes(line, left, of_score)
            if not isinstance(members, Word):
                yield from _dropped(line, members, "the member")
        case Call():
            yield from _measured(line, tree, of_score)
        case Selection():
            yield from _selected(line, tree, of_score)


def _compared(line: str, tree: Comparison, of_score: Nudge) -> Iterator[Change]:
    for side, other in ((tree.left, tree.right), (tree.right, tree.left)):
        match ungrouped(side), ungrouped(other):
            case Constant(_, _, bool()), _:
                pass
            case Constant(_, _, int() | float()) as number, Word(_, _, "score"):
                yield from _moved(line, number, tree, of_score)
            case Constant(_, _, int() | float()) as number, _:
                yield from _moved(line, number, tree, nudges.number)
            case Duration() as limit, _:
                yield from _moved(line, limit, tree, nudges.duration)
            case inner, _:
                yield from changes(line, inner, of_score)


def _measured(line: str, call: Call, of_score: Nudge) -> Iterator[Change]:
    yield from _selected(line, call.selection, of_score)
    if call.window is None:
        return
    limit = call.window.limit
    if isinstance(limit, Duration):
        yield from _moved(line, limit, call, nudges.duration)
    start = len(line[: call.window.start].rstrip())
    yield Change(start, call.window.end, "", f"drop '{line[call.window.start : call.window.end]}'")


def _selected(line: str, selection: Selection, of_score: Nudge) -> Iterator[Change]:
    if selection.where is not None:
        dropped = line[selection.word.end : selection.end].strip()
        yield Change(selection.word.end, selection.end, "", f"drop '{dropped}'")
        yield from changes(line, selection.where, of_score)


def _dropped(line: str, items: tuple[Tree, ...], what: str) -> Iterator[Change]:
    """Take out one of several items, with what joins it to the next (or, for the last, to the one before)."""
    if len(items) < 2:
        return
    for at, item in enumerate(items):
        last = at == len(items) - 1
        start, end = (items[at - 1].end, item.end) if last else (item.start, items[at + 1].start)
        yield Change(start, end, "", f"drop {what} '{line[item.start : item.end]}'")


def _moved(line: str, number: Constant | Duration, inside: Tree, nudge: Nudge) -> Iterator[Change]:
    written = line[number.start : number.end]
    for new in nudge(written):
        yield Change(number.start, number.end, new, f"{written} becomes {new} in '{line[inside.start : inside.end]}'")
