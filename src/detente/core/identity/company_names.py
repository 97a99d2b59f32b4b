"""Company names as people type them, in a form in which the same organisation reads alike.

Input: distinct values of a company or account name. Case, width, accents, punctuation, legal form (cleanco's list and
the non-profit ones), common abbreviations, plurals and filler words are levelled; a branch ("… - Elgin", "… (Elgin)")
and a former name are told apart from the name. Typing errors stay: they are left to the similarity of the tokens.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from cleanco.clean import get_unique_terms

from detente.core.identity.letters import fold

_ABBREVIATIONS = """
acad:academy acct:accounting admin:administration agcy:agency amer:american assn:association assoc:association
assocs:association auth:authority bldg:building bros:brother cath:catholic ce:center cent:center centr:center
centre:center cntr:center coll:college constr:construction ctr:center dept:department dev:development dist:district
div:division edu:education educ:education elem:elementary engrg:engineering eng:engineering fdn:foundation
fed:federal fin:financial ft:fort gen:general gov:government govt:government grp:group hosp:hospital hq:headquarter
inst:institute insur:insurance intl:international inv:investment lab:laboratory labs:laboratory lib:library
mfg:manufacturing mgmt:management mgt:management mkt:market mktg:marketing mt:mount mun:municipal natl:national
org:organization organisation:organization pharm:pharmacy prod:product pub:public rsch:research saint:st sch:school
sec:security serv:service soc:society sr:senior srv:service svc:service svcs:service sys:system tech:technology
telecom:telecommunication transp:transport univ:university util:utility
"""
_EXPANDED = dict(pair.split(":") for pair in _ABBREVIATIONS.split())

_FILLERS = frozenset("a an and at for in of on the und et y e de la le les der die das fuer".split())

_JOINED = re.compile(r"\b(?:\w\.){2,}\w?")


def _words(text: str) -> list[str]:
    """Return the words in small plain letters; K.I.N.S. is one word."""
    return fold(_JOINED.sub(lambda found: found[0].replace(".", ""), text)).split()


# cleanco's forms that are words, countries or places at the end of a name more often than a legal form.
_NOT_FORMS = frozenset("at ca da ec ee eu nl ok pp private sd sem sep spa uk vat".split())
_MORE_FORMS = "nfp|nonprofit|non profit|not for profit|pbc|pty|pvt|pvt limited|private limited|gmbh co kg"
_FORMS = frozenset(
    tuple(words)
    for words in map(_words, (*get_unique_terms(), *_MORE_FORMS.split("|")))
    if words and " ".join(words) not in _NOT_FORMS
)
_LONGEST_FORM = max(map(len, _FORMS))

_NO_COMPANY = frozenset(
    (
        "asdf|company|confidential|dummy|example|foo|foobar|freelance|freelancer|home|independent|individual|keine|"
        "keine angabe|me|my company|myself|n a|na|nil|no|no company|none|not applicable|not available|not provided|"
        "nothing|null|own|personal|privat|private|private person|retired|sample|self|self employed|selbststandig|"
        "student|tba|tbc|tbd|test|test company|test test|testing|unemployed|unknown|various|x"
    ).split("|")
)
_KEYBOARD = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")

_FORMER = re.compile(
    r"[\s,;(\[]+(?:formerly(?:\s+known\s+as)?|previously(?:\s+known\s+as)?|fka|f[/.]k[/.]a\.?|aka|a[/.]k[/.]a\.?"
    r"|dba|d[/.]b[/.]a\.?|doing\s+business\s+as|trading\s+as|t/a|vormals)\s*:?\s+(?P<name>[^()\[\]]+)[)\]]?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(?P<name>.*\w.*?)[\s,]*[(\[](?P<branch>[^()\[\]]*\w[^()\[\]]*)[)\]]\W*$", re.DOTALL)
_DASHED = re.compile(r"\s+[-–—]+\s*|\s*[-–—]+\s+|\s*[–—]\s*")


class CompanyName(NamedTuple):
    """A name in comparable form: tuples of plain tokens, in the order written.

    `name`: the organisation, never empty; `branch`: what follows a dash or stands in closing brackets;
    `others`: the names it had, or trades under.
    """

    name: tuple[str, ...]
    branch: tuple[str, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens of name and branch."""
        return self.name + self.branch

    @property
    def key(self) -> str:
        """Equal for two names if and only if their tokens are."""
        return " ".join(self.tokens)


def company_name(text: str) -> CompanyName | None:
    """Return the comparable form of a company name, or None if the text names no company ("n/a", "self", "-")."""
    plain = unicodedata.normalize("NFKC", text).lower()
    others = tuple(filter(None, (_tokens(found["name"]) for found in _FORMER.finditer(plain))))
    plain = _FORMER.sub(" ", plain)
    written, branch = plain, ""
    if ("(" in plain or "[" in plain) and (bracketed := _BRACKETED.match(plain)):
        written, branch = bracketed["name"], bracketed["branch"]
    head, *tail = [part for part in _DASHED.split(written) if _words(part)] or [""]
    name, place = _tokens(head), _tokens(" ".join([*tail, branch]))
    if not name:
        name, place = place, ()
    if not name or _says_nothing(plain):
        return None
    return CompanyName(name, place, others)


def _tokens(text: str) -> tuple[str, ...]:
    """Return the words without legal form and filler, expanded and in the singular."""
    words = _without_form(_words(text))
    kept = [word for word in words if word not in _FILLERS] or words
    return tuple(_singular(_EXPANDED.get(word, word)) for word in kept)


def _without_form(words: list[str]) -> list[str]:
    """Drop legal forms from the end, the longest first, as long as a name is left."""
    for length in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        if tuple(words[-length:]) in _FORMS:
            return _without_form(words[:-length])
    return words


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _says_nothing(plain: str) -> bool:
    """Whether the text is a filler of a required field: a known one, one letter repeated, or a run on the keyboard."""
    words = fold(plain)
    if words in _NO_COMPANY:
        return True
    run = words.replace(" ", "")
    return (len(set(run)) == 1 and len(run) != 2) or (len(run) > 3 and any(run in row for row in _KEYBOARD))
