"""Cut a condition into tokens, mending what has an obvious meaning and noting it as a slip.

Input: one line of the condition language. `=` is read as `==`, `1d10h` as a duration, `AND` as `and`, so that one
slip does not hide the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from lark import Token

from detente.core.agreement.expressions import DAY, HOUR, MINUTE, MeasureName

KEYWORDS = (
    "and", "or", "not", "in", "is", "where", "within", "since", "true", "false", "known", "unknown",
)  # fmt: skip
MEASURES = tuple(str(name) for name in MeasureName)
ELAPSED_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
BUSINESS_UNITS = ("bh", "bd")
LONGEST_NUMBER = 300
"""Characters of a number; longer ones are beyond what a computer calculates with."""

_TOKEN = re.compile(
    r"""(?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<number>-?\d[\w.]*)
      | (?P<string>'[^']*')
      | (?P<unclosed>'.*)
      | (?P<double>"[^"]*"?)
      | (?P<list>@[\w.-]*)
      | (?P<operator>[=!<>&|]+)
      | (?P<bracket>[()\[\],])
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_BRACKETS = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", ",": "COMMA"}
_COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
_MENDED = {
    "=": "==", "===": "==", "!==": "!=", "<>": "!=", "=!": "!=", "=>": ">=", "=<": "<=",
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not",
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DURATION = re.compile(r"(\d+)(m|h|d|w)")
_BUSINESS = re.compile(r"\d+(?:bh|bd)")
_UNITS = {**ELAPSED_UNITS, "bh": HOUR, "bd": DAY}
_LONGEST = 365_250 * DAY  # a thousand years: what is later is no instant that anything else can hold
_MIXED = re.compile(r"(?:\d+(?:bh|bd|m|h|d|w)){2,}")


@dataclass(frozen=True, slots=True)
class Slip:
    """Something wrong at one offset of a line."""

    offset: int
    message: str


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    candidates = list(known)
    lowered = {each.lower(): each for each in reversed(candidates)}
    found = get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def meant(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'x'?`, or nothing if no known word is near."""
    near = nearest(word, known)
    return f", did you mean '{near}'?" if near else ""


def micros_of(text: str) -> int | None:
    """Return an elapsed duration in microseconds; None if it is not written as one, or too long."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) * ELAPSED_UNITS[found[2]] if found and not too_long(text) else None


def too_long(text: str) -> bool:
    """Whether a well-written duration, elapsed or business, is longer than a thousand years of its unit."""
    amount = text.rstrip("mhdwb")
    return len(amount) > LONGEST_NUMBER or int(amount) * _UNITS[text[len(amount) :]] > _LONGEST


def cut(line: str, slips: list[Slip]) -> list[Token]:
    """Return the tokens of a line; what had to be mended is added to `slips`."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(line):
        kind = found.lastgroup or "other"
        if kind != "space":
            tokens.extend(_token(kind, found.group(), found.start(), slips))
    return tokens


def spaced(line: str) -> str:
    """Return a condition laid out as one line with one way to space it; what it says is the same."""
    slips: list[Slip] = []
    tokens = cut(line, slips)
    if slips:
        return re.sub(r"('[^']*')|\s+", lambda found: found[1] or " ", line).strip()
    laid = ""
    for index, token in enumerate(tokens):
        before = tokens[index - 1].type if index else "LPAR"
        called = token.type == "LPAR" and before == "NAME"
        tight = before in ("LPAR", "LSQB") or token.type in ("RPAR", "RSQB", "COMMA") or called
        laid += token if tight else f" {token}"
    return laid


def _token(kind: str, text: str, start: int, slips: list[Slip]) -> Iterator[Token]:
    match kind:
        case "word":
            yield _word(text, start, slips)
        case "number":
            yield _number(text, start, slips)
        case "string" | "list":
            yield _made(kind.upper(), text, start)
        case "bracket":
            yield _made(_BRACKETS[text], text, start)
        case "operator":
            yield from _operator(text, start, slips)
        case "unclosed":
            slips.append(Slip(start, f"the string {text} is never closed; put a ' after it"))
            yield _made("BROKEN", text, start)
        case "double":
            slips.append(Slip(start, f"strings stand in single quotes: '{text.strip(chr(34))}'"))
            yield _made("BROKEN", text, start)
        case _:
            slips.append(Slip(start, f"'{text}' has no meaning in a condition"))


def _made(kind: str, text: str, start: int) -> Token:
    return Token(kind, text, start_pos=start, end_pos=start + len(text))


def _word(text: str, start: int, slips: list[Slip]) -> Token:
    lowered = text.lower()
    if lowered not in KEYWORDS:
        return _made("NAME", text, start)
    if lowered != text:
        slips.append(Slip(start, f"unknown word '{text}', did you mean '{lowered}'?"))
    return keyword(lowered, start, start + len(text))


def keyword(text: str, start: int, end: int) -> Token:
    """Return the token of a keyword that stands at, or is meant at, a place."""
    kind = "TRUTH" if text in ("true", "false") else text.upper()
    return Token(kind, text, start_pos=start, end_pos=end)


def _operator(text: str, start: int, slips: list[Slip]) -> Iterator[Token]:
    if text in _COMPARISONS:
        yield _made("CMP", text, start)
        return
    mended = _MENDED.get(text)
    if mended is None:
        slips.append(Slip(start, f"unknown operator '{text}'; there are == != >= <= > <"))
        yield _made("CMP", "?", start)
        return
    slips.append(Slip(start, f"unknown operator '{text}', did you mean '{mended}'?"))
    if mended in _COMPARISONS:
        yield Token("CMP", mended, start_pos=start, end_pos=start + len(text))
    else:
        yield keyword(mended, start, start + len(text))


def _number(text: str, start: int, slips: list[Slip]) -> Token:
    if _NUMBER.fullmatch(text) and len(text) <= LONGEST_NUMBER:
        return _made("NUMBER", text, start)
    if _DURATION.fullmatch(text) and not too_long(text):
        return _made("DURATION", text, start)
    if _BUSINESS.fullmatch(text):
        slips.append(
            Slip(start, f"'{text}' is business time, which needs a calendar; a condition has none: use m, h, d or w")
        )
        return _made("DURATION", text, start)
    slips.append(Slip(start, why_no_duration(text)))
    return _made("DURATION" if _MIXED.fullmatch(text) else "BROKEN", text, start)


def why_no_duration(text: str) -> str:
    """Return what is wrong with something that was meant as a number or a duration."""
    if _NUMBER.fullmatch(text):
        return f"this number has {len(text):,} characters; more than {LONGEST_NUMBER} are none to calculate with"
    if _DURATION.fullmatch(text) or _BUSINESS.fullmatch(text):
        return "this duration is longer than a thousand years; write a shorter one"
    if _MIXED.fullmatch(text):
        return f"'{text}' mixes units; write one unit, as 34h for a day and ten hours"
    if re.fullmatch(r"-\d+(m|h|d|w|bh|bd)", text):
        return f"'{text}' is negative; a duration is not"
    if re.fullmatch(r"\d+\.\d+(m|h|d|w|bh|bd)", text):
        return f"'{text}' is no duration; write a whole number of a smaller unit, as 36h"
    return f"'{text}' is neither a number nor a duration; durations are written 30m, 24h, 30d, 2w"
