"""Say what is wrong where YAML cannot be read, and what to do about it.

Input: the error ruamel.yaml raised, and how far reading had come. By far the most common cause is a condition that
needs quotes, since inside {…} a `[`, `,` or `: ` ends it; then the extent of the value is worked out as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

_CLOSING = {"[": "]", "(": ")", "{": "}"}
_NEEDS_QUOTES = (
    "expected ',' or",  # inside {…} or […] a value ended too early
    "mapping values are not allowed here",
    "expected <block end>, but found '<scalar>'",
)


@dataclass(frozen=True, slots=True)
class Misreading:
    """What is wrong, where, and which value (from, to) would be read if it stood in quotes, if that is the cause."""

    index: int
    message: str
    value: tuple[int, int] | None = None


def explain(error: YAMLError, text: str, last: tuple[int, int] | None, in_flow: bool) -> Misreading:
    """Return the misreading behind a YAML error; `last` is the extent of the last scalar read before it."""
    if isinstance(error, ReaderError):
        return Misreading(error.position, f"the character U+{_code(error.character):04X} is not allowed in a text")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Misreading(0, f"this is not YAML: {error}")
    problem, index = str(error.problem), error.problem_mark.index
    if "unexpected end of stream" in problem and error.context_mark is not None:
        return Misreading(error.context_mark.index, "this quote is never closed")
    if "cannot start any token" in problem:
        return _bad_start(text, index, in_flow)
    if problem.startswith(_NEEDS_QUOTES):
        return _too_early(text, index, last, in_flow)
    context = f" {error.context}" if error.context else ""
    return Misreading(index, f"this cannot be read{context}: {problem}")


def _bad_start(text: str, index: int, in_flow: bool) -> Misreading:
    if text[index] == "\t":
        return Misreading(index, "a tab cannot indent; use spaces")
    end = _extent(text, index, in_flow)
    return Misreading(
        index,
        f"put quotes around {_quoted(text[index:end])}: a value cannot begin with {text[index]}",
        _worth_masking(text, index, end),
    )


def _too_early(text: str, index: int, last: tuple[int, int] | None, in_flow: bool) -> Misreading:
    if last is None or "\n" in text[last[0] : index]:
        what = "a ',' or a closing bracket is missing before this" if in_flow else "the indentation does not fit here"
        return Misreading(index, f"{what}, or a value in the line above needs quotes")
    end = _extent(text, last[0], in_flow)
    return Misreading(
        index,
        f"{_shown(text, index)} ends the value before it; quote the whole value: {_quoted(text[last[0] : end])}",
        _worth_masking(text, last[0], end),
    )


def _shown(text: str, index: int) -> str:
    if not text[index:].strip():
        return "the end of the text"
    return f"'{text[index]}'" if text[index] in "[]{}:,'\"" else f"'{text[index:].split(maxsplit=1)[0]}'"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _worth_masking(text: str, start: int, end: int) -> tuple[int, int] | None:
    return (start, end) if end - start > 1 and "\n" not in text[start:end] else None


def _extent(text: str, start: int, in_flow: bool) -> int:
    """Return where a value ends that was meant to go on: at its line's end, inside {…} at the next `,` or `}`."""
    expected: list[str] = []
    index, quote = start, ""
    while index < len(text) and text[index] not in "\r\n":
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in _CLOSING:
            expected.append(_CLOSING[char])
        elif expected and char == expected[-1]:
            expected.pop()
        elif (not expected and in_flow and char in ",}]") or (char == "#" and text[index - 1 : index] in (" ", "\t")):
            break
        index += 1
    return start + len(text[start:index].rstrip())


def _code(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")
