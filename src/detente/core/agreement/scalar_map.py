"""Where each character of a scalar's value stands in the file: through quotes, escapes, folding and block indents.

Needed only when something inside a scalar must be pointed at, so it is worked out on demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from detente.core.agreement.yaml_nodes import Scalar

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED_BREAK = re.compile(r"\\\r?\n[ \t]*")
_NAMED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_BREAKS = "\n\r\x85\u2028\u2029"
_WHITE = " \t" + _BREAKS


def index_in_source(text: str, scalar: Scalar, offset: int) -> int:
    """Return the index in `text` of the character at `offset` of the scalar's value (its length: just after it)."""
    if scalar.style == "" and text.startswith(scalar.text, scalar.start):
        return scalar.start + offset
    return indexes(text, scalar)[offset]


def indexes(text: str, scalar: Scalar) -> list[int]:
    """Return the index in `text` of every character of the scalar's value, and of what follows the last one.

    White space may stand for a folded line break; it is given the place where the break begins.
    """
    found: list[int] = []
    written = list(_written(text, scalar))
    at = 0
    after = scalar.start
    for char in scalar.text:
        if char not in _WHITE:
            while at < len(written) and written[at][0] != char:  # folded breaks and indents on the way
                at += 1
        here = written[at] if at < len(written) else ("", after, after)
        found.append(here[1])
        if here[0] == char:
            after = here[2]
            at += 1
    return [*found, after]


def _written(text: str, scalar: Scalar) -> Iterator[tuple[str, int, int]]:
    """Yield (character it stands for, from, to) for every character written, white space as it is."""
    inner = {"'": _single, '"': _double, "|": _block, ">": _block}.get(scalar.style)
    return _plain(text, scalar.start, scalar.end) if inner is None else inner(text, scalar.start, scalar.end)


def _plain(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    return ((text[index], index, index + 1) for index in range(start, end))


def _single(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    index = start + 1
    while index < end - 1:
        width = 2 if text.startswith("''", index) else 1
        yield text[index], index, index + width
        index += width


def _double(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    index = start + 1
    while index < end - 1:
        joined = _ESCAPED_BREAK.match(text, index)
        escape = None if joined else _ESCAPE.match(text, index)
        if joined:
            index = joined.end()
            continue
        to = escape.end() if escape else index + 1
        yield _unescaped(escape) if escape else text[index], index, to
        index = to


def _unescaped(escape: re.Match[str]) -> str:
    code = next((group for group in escape.groups()[:3] if group), None)
    return chr(int(code, 16)) if code else _NAMED.get(escape[4], escape[4])


def _block(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    header = next((index for index in range(start, end) if text[index] in _BREAKS), end)
    return _plain(text, header + 1, end)
