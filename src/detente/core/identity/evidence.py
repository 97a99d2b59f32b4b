"""What two records agree and disagree on, in the words of the review queue, and what must never be joined unasked.

Input: how the fields of a pair compare (`engine.linker_model` names the levels) and what else is known of the two. All
here depends on the kinds of agreement alone, not on the values, so that it is worked out once per pattern.
"""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN = "unknown"


class Agreement(NamedTuple):
    """The level of each field's comparison, or "unknown"; then what is known beside the fields.

    `stated`: a system says that they are one. `look_alike`: a name or address holds letters that pass for others.
    `role`: one of them is reached at a team's mailbox. `middle_differs`: both have a middle initial, not the same.
    """

    first: str = UNKNOWN
    last: str = UNKNOWN
    email: str = UNKNOWN
    phone: str = UNKNOWN
    work: str = UNKNOWN
    title: str = UNKNOWN
    city: str = UNKNOWN
    country: str = UNKNOWN
    postal_code: str = UNKNOWN
    systems: str = UNKNOWN
    stated: bool = False
    look_alike: bool = False
    role: bool = False
    middle_differs: bool = False


_WORDS: dict[tuple[str, str], tuple[bool, str]] = {
    ("first", "same"): (True, "same first name"),
    ("first", "swapped"): (True, "first and last name swapped"),
    ("first", "nickname"): (True, "one first name is short for the other"),
    ("first", "typo"): (True, "first names differ by one letter"),
    ("first", "said"): (True, "the e-mail address spells the other's first name"),
    ("first", "initial"): (True, "one first name is only an initial, and fits"),
    ("first", "alike"): (True, "first names are alike"),
    ("first", "begins alike"): (False, "first names differ"),
    ("first", "different"): (False, "first names differ"),
    ("last", "same"): (True, "same last name"),
    ("last", "typo"): (True, "last names differ by one letter"),
    ("last", "said"): (True, "the e-mail address spells the other's last name"),
    ("last", "alike"): (True, "last names are alike"),
    ("last", "initial"): (True, "one last name is only an initial, and fits"),
    ("last", "different"): (False, "last names differ"),
    ("email", "same"): (True, "same e-mail address"),
    ("email", "same private"): (True, "same private e-mail address"),
    ("email", "look"): (True, "e-mail addresses look the same but hold different letters"),
    ("email", "numbered"): (False, "their company gave out two addresses that differ by a number"),
    ("email", "typo"): (True, "e-mail addresses differ by one letter"),
    ("email", "same company"): (False, "two addresses at the same company"),
    ("email", "local"): (True, "same name and number before the @"),
    ("email", "both private"): (False, "two private e-mail addresses"),
    ("phone", "same"): (True, "same phone number"),
    ("phone", "same tail"): (True, "same phone number, once without area code"),
    ("phone", "switchboard"): (True, "same number, which others have too"),
    ("phone", "typo"): (True, "phone numbers differ by one digit"),
    ("phone", "different"): (False, "phone numbers differ"),
    ("work", "same"): (True, "same company"),
    ("work", "known"): (True, "company and mail domain go together elsewhere"),
    ("work", "alike"): (True, "company names are alike"),
    ("work", "different"): (False, "companies differ"),
    ("title", "same"): (True, "same job title"),
    ("title", "different"): (False, "job titles differ"),
    ("city", "same"): (True, "same city"),
    ("city", "different"): (False, "cities differ"),
    ("country", "different"): (False, "countries differ"),
    ("postal_code", "same"): (True, "same postal code"),
    ("postal_code", "different"): (False, "postal codes differ"),
}

_CONTRADICTS = frozenset(("different", "begins alike"))
_ONE_MAILBOX = frozenset(("same", "same private", "typo"))
_ONE_LINE = frozenset(("same", "same tail"))


def words(agreed: Agreement) -> tuple[str, ...]:
    """Return what speaks for one person ("+ …") and against ("− …"), the weightiest fields first."""
    found = [_WORDS.get((field, str(level))) for field, level in zip(Agreement._fields, agreed, strict=True)]
    told = [*(("+ a system says that they are the same",) if agreed.stated else ())]
    told += [f"+ {text}" for supports, text in filter(None, found) if supports]
    told += [f"− {text}" for supports, text in filter(None, found) if not supports]
    if agreed.middle_differs:
        told.append("− middle initials differ")
    return tuple(told)


def doubts(agreed: Agreement) -> tuple[str, ...]:
    """Return why a pair must not be joined without asking, however likely it is; nothing if it may be."""
    found = []
    if agreed.look_alike:
        found.append("a letter only looks like another one")
    if agreed.role and not _whole_name(agreed):
        found.append("one is reached at a team's mailbox")
    if doubt := _doubt_of_names(agreed):
        found.append(doubt)
    if _may_be_namesakes(agreed):
        found.append("two people of one company may have the same name")
    if _name_alone(agreed):
        found.append("nothing but the name agrees")
    if agreed.first == UNKNOWN and agreed.last == UNKNOWN and agreed.email not in ("same", "same private"):
        found.append("no name to go by")
    if agreed.middle_differs:
        found.append("middle initials differ")
    return tuple(found)


def contradicts(agreed: Agreement) -> bool:
    """Whether two records cannot be one person's by their own fields.

    A company told the two apart, or one of them is a team's mailbox with nobody behind it.
    """
    nameless = agreed.first == UNKNOWN and agreed.last == UNKNOWN
    return (agreed.email == "numbered" and agreed.phone not in _ONE_LINE) or (agreed.role and nameless)


def _whole_name(agreed: Agreement) -> bool:
    """Both have first and last name, and both agree."""
    return agreed.first in ("same", "nickname", "swapped") and agreed.last in ("same", "swapped")


def _doubt_of_names(agreed: Agreement) -> str | None:
    """At a company one of two names may be mistyped or new; a private address is shared by a household."""
    differing = (agreed.first in _CONTRADICTS) + (agreed.last == "different")
    if not differing or (differing == 1 and agreed.email == "same"):
        return None
    if agreed.email in _ONE_MAILBOX:
        return "two people may share the e-mail address"
    return "the system's link may be wrong: the names differ" if agreed.stated else "the names differ"


def _may_be_namesakes(agreed: Agreement) -> bool:
    """The same name at the same company, but reached in two ways that are each a person's own."""
    if agreed.email in ("numbered", "same company"):
        return True
    if agreed.work not in ("same", "known") or agreed.email in _ONE_MAILBOX or agreed.phone in _ONE_LINE:
        return False
    return agreed.email == "both private" or (agreed.phone == "different" and agreed.title == "different")


def _name_alone(agreed: Agreement) -> bool:
    """Nothing but the name agrees: no address, number, company, title or town."""
    return not (
        agreed.stated
        or "same" in (agreed.title, agreed.city, agreed.postal_code)
        or agreed.work in ("same", "known", "alike")
        or agreed.email in (*_ONE_MAILBOX, "look", "local")
        or agreed.phone in (*_ONE_LINE, "typo")
    )
