"""Telephone numbers as people type them, in a form in which the same number reads alike.

Input: distinct (number, country as typed) of records. `phonenumbers` knows the plans. The country code is left out of
the form: countries are typed carelessly, and two numbers that agree in all else are hardly ever two. A number without
its area code ("555-0477") has a tail only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from detente.core.identity.letters import fold

_TAIL = 7
_LEADING = 10
"""Characters of a number in international form that name country and area."""

_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|durchwahl|#)\s*\d{1,6}\s*$", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"[^0-9]+")
_NORTH_AMERICAN = re.compile(r"(?:\+1|001|1)?([2-9]\d\d[2-9]\d{6})")
_NANP = frozenset(("US", "CA"))

_COUNTRIES = """
AT: aut, austria, oesterreich
AU: aus, australia
BE: bel, belgium, belgique, belgie
BR: bra, brazil, brasil
CA: can, canada
CH: che, switzerland, schweiz, suisse
CN: chn, china
CZ: cze, czechia, czech republic
DE: deu, ger, germany, deutschland
DK: dnk, denmark, danmark
ES: esp, spain, espana
FI: fin, finland, suomi
FR: fra, france
GB: gbr, uk, united kingdom, great britain, england, scotland, wales
IE: irl, ireland
IN: ind, india
IT: ita, italy, italia
JP: jpn, japan
MX: mex, mexico
NL: nld, netherlands, the netherlands, nederland, holland
NO: nor, norway, norge
NZ: nzl, new zealand
PL: pol, poland, polska
PT: prt, portugal
SE: swe, sweden, sverige
SG: sgp, singapore
US: usa, united states, united states of america, america
ZA: zaf, south africa
"""
_REGIONS = {
    fold(name).replace(" ", ""): line[:2]
    for line in _COUNTRIES.split("\n")[1:-1]
    for name in (line[:2], *line[3:].split(","))
}


class Phone(NamedTuple):
    """`number`: the national number with its area code, if it has one; `tail`: its last seven digits."""

    number: str | None
    tail: str


def region(country: str | None) -> str | None:
    """Return the ISO code of a country as people type it ("U.S.A.", "England"), or None if it is not known."""
    return _REGIONS.get(fold(country).replace(" ", "")) if country else None


def phone(text: str, country: str | None = None, usual: str = "US") -> Phone | None:
    """Return the comparable form of a number, or None if it is none.

    `country` as typed on the record; `usual`: ISO code of the region to take where it says nothing, or where the
    number does not fit it.
    """
    bare = _EXTENSION.sub("", text)
    plain = ("+" if bare.lstrip().startswith("+") else "") + _NOT_DIGIT.sub("", bare)
    here = region(country) or usual
    if here in _NANP and (american := _NORTH_AMERICAN.fullmatch(plain)):
        return Phone(american[1], american[1][-_TAIL:])
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    for guess in dict.fromkeys((here, usual)):
        if found := _parsed(plain, guess):
            return found
    return None


def _parsed(plain: str, here: str) -> Phone | None:
    if plain.startswith("+"):
        plan = _plan(plain[:_LEADING], len(plain))
        if plan is not None:
            return _phone(plain[plan.dropped :], plan.possible)
    try:
        parsed = phonenumbers.parse(plain, here)
    except phonenumbers.NumberParseException:
        return None
    return _phone(str(parsed.national_number), phonenumbers.is_possible_number_with_reason(parsed))


class _Plan(NamedTuple):
    """How numbers of one beginning and length are read: how many characters are left out, and whether it can be one."""

    dropped: int
    possible: int


@lru_cache(maxsize=100_000)  # `phonenumbers` reads ten thousand numbers a second
def _plan(leading: str, length: int) -> _Plan | None:
    """Return how a number in international form is read, if that rests on its leading digits and its length alone.

    It does unless a national prefix or a leading zero is left out: then the digits behind have a say.
    """
    sample = leading + "5" * (length - len(leading))
    try:
        parsed = phonenumbers.parse(sample, None)
    except phonenumbers.NumberParseException:
        return None
    dropped = len(f"+{parsed.country_code}")
    if str(parsed.national_number) != sample[dropped:]:
        return None
    return _Plan(dropped, phonenumbers.is_possible_number_with_reason(parsed))


def _phone(digits: str, possible: int) -> Phone | None:
    if len(digits) < _TAIL or possible == phonenumbers.ValidationResult.TOO_LONG:
        return None
    whole = possible == phonenumbers.ValidationResult.IS_POSSIBLE and len(set(digits)) > 1
    return Phone(digits if whole else None, digits[-_TAIL:])
