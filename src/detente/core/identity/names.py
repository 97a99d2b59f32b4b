"""Names of people as systems hold them, in parts that can be compared.

Input: distinct (name, first name, last name) of records. Case, width, accents, zero-width letters, titles, suffixes,
middle names and look-alike letters are levelled; a full name in one field is taken apart. Swapped fields stay: which
of two words is the surname cannot be known from the words, so comparisons try both ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from detente.core.identity.letters import fold, latin_look, passes_for_latin, without_umlauts
from detente.core.identity.nicknames import roots

_TITLES = frozenset(
    "dr dra drs mr mrs ms miss mx prof professor sir madam dame herr frau monsieur mme mlle sig sigra sr sra srta dipl "
    "ing mag rev hon med".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md dds mba esq cpa msc bsc jnr snr".split())
_PARTICLES = frozenset(
    "al bin da dal de del della den der des di do dos du el la le ten ter van vom von zu zum".split()
)
_PLACEHOLDERS = frozenset(
    "test tester testing asdf asd qwerty qwer qwertz foo bar baz foobar none null na nil unknown anonymous xxx xyz abc "
    "firstname lastname first last name user demo dummy sample example".split()
)
_INVENTED = frozenset(
    (("mickey", "mouse"), ("donald", "duck"), ("john", "doe"), ("jane", "doe"), ("max", "mustermann"))
)
_FUNCTIONS = frozenset(
    "office info information team desk reception sales marketing support accounts payable receivable billing admin "
    "administrator front help helpdesk service customer hr human resources department purchasing orders empfang "
    "zentrale sekretariat buchhaltung vertrieb einkauf".split()
)

_HOUSEHOLD = frozenset("family familie famille home haus house mail email both and und".split())
_NOT_NAMES = _FUNCTIONS | _HOUSEHOLD
_NO_DIGITS = str.maketrans("0123456789", " " * 10)


class PersonName(NamedTuple):
    """Folded parts, "" where unknown. `first` may be one letter; `middle` holds what follows it.

    `suspicious`: letters that pass for others. `nobody`: a placeholder, or a function ("Front Desk").
    """

    first: str
    middle: str
    last: str
    suspicious: bool
    nobody: bool


def person_name(name: str | None, first: str | None, last: str | None) -> PersonName:
    """Return the parts of a name, given as two fields, or whole, or whole in one of the two fields."""
    given, family = _words(first), _words(last)
    if not given and not family and name:
        given, family = _taken_apart(name)
    elif not given and len(family) > 1 and family[0] not in _PARTICLES:
        given, family = _taken_apart(last or "")
    elif not family and len(given) > 1:
        given, family = _taken_apart(first or "")
    if len(family) > 1 and given and family[: len(given)] == given:
        family = family[len(given) :]
    if len(given) > 1 and family and given[-len(family) :] == family:
        given = given[: -len(family)]
    initials = [word for word in family if len(word) == 1] if len(family) > 1 else []
    family = tuple(word for word in family if word not in initials) if len(initials) < len(family) else family
    words = (*given, *family)
    return PersonName(
        first=without_umlauts(given[0]) if given else "",
        middle=without_umlauts(" ".join([*given[1:], *initials])),
        last=without_umlauts("".join(family)),
        suspicious=any(passes_for_latin(text) for text in (name, first, last) if text),
        nobody=_is_nobody(words),
    )


def spelt(local: str) -> tuple[str, str] | None:
    """Return the two words that the local part of an address is made of ("erika.mustermann7"), folded, or None."""
    words = _local_words(local)
    if len(words) != 2 or min(map(len, words)) < 2 or not _NOT_NAMES.isdisjoint(words):
        return None
    return without_umlauts(words[0]), without_umlauts(words[1])


def completed(first: str, last: str, local: str) -> tuple[str, str]:
    """Return a name with the part that is not there read from the local part of the person's address, if it can be.

    All are folded. The address must hold the part that is there: of ("", "kidd", "f.kidd2") the first name is "f".
    """
    known = first or last
    if (first and last) or known in ("", local):
        return first, last
    words = _local_words(local)
    if not words or not _HOUSEHOLD.isdisjoint(words):
        return first, last
    said = [without_umlauts(word) for word in words]
    rest = [word for word in said if word != known] if len(said) == 2 else [_rest(said[0], known, bool(first))]
    if len(rest) != 1 or not rest[0]:
        return first, last
    return (first, rest[0]) if first else (rest[0], last)


def _local_words(local: str) -> list[str]:
    return fold(latin_look(local).translate(_NO_DIGITS)).split()


def _rest(word: str, known: str, is_first: bool) -> str:
    """Return what stands before or behind a known name in a word, or "" if it does not hold it at either end."""
    forms = {known, *roots(known)} if is_first else {known}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        if len(form) > 2 and word.startswith(form):
            return word[len(form) :]
        if len(form) > 2 and word.endswith(form):
            return word[: -len(form)]
    return ""


@lru_cache(maxsize=100_000)  # names repeat: a million records have some thousand first names
def _words(text: str | None) -> tuple[str, ...]:
    """Return the folded words of a field, without titles before and suffixes behind, if a name is left."""
    words = fold(latin_look(text)).split() if text else []
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        del words[-1]
    return tuple(words)


def _taken_apart(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of first and last name of a whole name."""
    words = _words(text)
    if len(words) < 2 or ("," not in text and len(words) == 2):
        return words[:-1], words[-1:]
    from nameparser import HumanName

    parsed = HumanName(latin_look(text))
    first, last = _words(f"{parsed.first} {parsed.middle}"), _words(parsed.last)
    return (first, last) if first and last else (words[:-1], words[-1:])


def _is_nobody(words: Iterable[str]) -> bool:
    said = tuple(words)
    if not said:
        return False
    return (
        said in _INVENTED
        or all(word in _FUNCTIONS for word in said)
        or all(word in _PLACEHOLDERS or len(set(word)) == 1 for word in said)
    )
