"""How a number is moved so that the move matters: by one step, or to the next value that can be reached at all.

Input: a number with what it is compared with. Output: its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from itertools import accumulate
from math import gcd

from detente.core.agreement.agreement import FitRule, ScoreRule

_MANY = 4096
"""More sums than this are not told apart."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def number(text: str) -> list[str]:
    """Return a number one step up and down in its last digit."""
    value = Decimal(text)
    step = Decimal(1).scaleb(int(value.as_tuple().exponent)) if "." in text else Decimal(1)
    return [str(value + step), str(value - step)]


def duration(text: str) -> list[str]:
    """Return a duration one unit longer and shorter."""
    found = re.fullmatch(r"(\d+)([a-z]+)", text)
    if found is None:
        return []
    amount, unit = int(found[1]), found[2]
    return [f"{amount + 1}{unit}", *([f"{amount - 1}{unit}"] if amount else [])]


def threshold(text: str, sums: set[int]) -> list[str]:
    """Return a threshold just above the least sum that reaches it, and at the greatest sum that does not."""
    if not re.fullmatch(r"-?\d+", text) or not sums:
        return number(text)
    asked = int(text)
    reach, short = [each for each in sums if each >= asked], [each for each in sums if each < asked]
    return [*([str(min(reach) + 1)] if reach else []), *([str(max(short))] if short else [])]


def fit_points(text: str, others: Iterable[int | float]) -> list[str]:
    """Return points moved by the step in which grades are reached, so that some lead's grade can change."""
    if not re.fullmatch(r"-?\d+", text):
        return number(text)
    step = reduce(gcd, (int(each) for each in others), int(text)) or 1
    return [str(int(text) + step), str(int(text) - step)]


def fit_sums(rules: Iterable[FitRule]) -> set[int]:
    """Return every sum of fit points a lead can have; none if they are too many to tell."""
    return _sums([{0, int(rule.points)} for rule in rules if float(rule.points).is_integer()])


def score_sums(rules: Iterable[ScoreRule], most: int) -> set[int]:
    """Return every score a lead can have, of rules without a cap up to `most`; none if they are too many to tell."""
    each_rule = []
    for rule in rules:
        points = int(rule.points)
        limit = abs(int(rule.cap)) if rule.cap is not None else most + abs(points)
        steps = accumulate([points] * (limit // max(1, abs(points)) + 1), initial=0)
        each_rule.append({max(-limit, min(limit, total)) for total in steps})
    return _sums(each_rule)


def _sums(parts: list[set[int]]) -> set[int]:
    found = {0}
    for part in parts:
        found = {one + other for one in found for other in part}
        if len(found) > _MANY:
            return set()
    return found


def opening(text: str) -> list[str]:
    """Return an opening that begins an hour later, and one that ends an hour earlier."""
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text)
    if found is None:
        return []
    start, end = int(found[1]), int(found[3])
    return [f"{start + 1:02}:{found[2]}-{found[3]}:{found[4]}", f"{found[1]}:{found[2]}-{end - 1:02}:{found[4]}"]


def weekdays(text: str) -> list[str]:
    """Return a range of weekdays without its last day."""
    first, _, last = text.partition("-")
    if first not in _DAYS or last not in _DAYS:
        return []
    before = _DAYS[_DAYS.index(last) - 1]
    return [first if before == first else f"{first}-{before}"]
