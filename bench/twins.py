"""People of the sample company's kind as two systems hold them, with seeded noise: for benchmarks of linking at size.

Companies and people are drawn as the sample company draws them (`examples/northwind/sample_company/people.py`), except
that surnames are composed of two parts, so that a million people have about as many namesakes as a real million has:
the sample's 123 first names and 130 surnames would give sixty of each name. Noise: see `NOISE`. The same number and
seed give the same records everywhere.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples" / "northwind"))

from sample_company import people, words
from sample_company.draws import Draws

COLUMNS = (
    *("source", "record", "name", "first_name", "last_name", "email", "phone", "title", "company", "city", "country"),
    *("address", "postal_code", "account"),
)
NOISE = {
    "no mail": 0.15,
    "private mail": 0.12,
    "no phone": 0.35,
    "typing error in a name": 0.03,
    "initial for the first name": 0.03,
    "first name blank": 0.02,
    "name in capitals": 0.03,
    "company without its legal form": 0.30,
    "no company": 0.08,
}
"""What is done to a record, and to what share of them."""

SECOND_PARTS = (
    *("mann", "sen", "berg", "feld", "hofer", "ley", "ton", "wald", "stein", "bach", "dorf", "haus", "kamp", "rath"),
    *("by", "holm", "lund", "strand", "vik", "gaard", "heim", "born", "brink", "horst", "loh", "moor", "ried", "au"),
    *("thal", "weiler", "ing", "ow", "itz", "ski", "ic", "escu", "ini", "ault", "ier", "mont", "val", "ard", "quist"),
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHARES = ((0.45, ("crm", "map")), (0.72, ("crm",)), (0.96, ("map",)), (1.0, ("map", "map")))
"""Which systems hold a person: up to which share of all, and the system of each record."""


class Twin(NamedTuple):
    """One record in the order of `COLUMNS`, and the person it speaks of."""

    values: tuple[str | None, ...]
    person: int


def twins(records: int, seed: int) -> tuple[pa.Table, list[int]]:
    """Return that many records (the columns of the linker, as text) and the person of each."""
    made = [twin for twin, _ in zip(_twins(seed), range(records), strict=False)]
    columns = zip(*(twin.values for twin in made), strict=True)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(COLUMNS, columns, strict=True)}), [
        twin.person for twin in made
    ]


def _twins(seed: int) -> Iterator[Twin]:
    chance = random.Random(seed)
    number = person = record = 0
    while True:
        draws = Draws(seed, number)
        company = people.account(draws, number)
        taken: set[str] = set()
        for _ in range(1 + int(chance.random() ** 3 * 12)):
            person += 1
            someone = people.person(draws, person, company, 0)
            someone.last = someone.last + chance.choice(SECOND_PARTS) if chance.random() < 0.9 else someone.last
            mail = people.mail_address(someone, taken)
            share = chance.random()
            for system in next(systems for bound, systems in SHARES if share < bound):
                record += 1
                yield Twin((system, f"{system}-{record}", *_noisy(chance, someone, mail)), person)
        number += 1


def _noisy(chance: random.Random, someone: people.Person, mail: str) -> tuple[str | None, ...]:
    """Return the columns from `name` on, as a system might hold them."""

    def hit(what: str) -> bool:
        return chance.random() < NOISE[what]

    first: str | None = someone.first
    last = _typo(chance, someone.last) if hit("typing error in a name") else someone.last
    if hit("initial for the first name"):
        first = someone.first[0]
    if hit("first name blank"):
        first = None
    shown: Callable[[str], str] = str.upper if hit("name in capitals") else str
    email: str | None = mail
    if hit("private mail"):
        email = f"{words.ascii_name(someone.first)}{words.ascii_name(someone.last)}{someone.number}@freemail.example"
    if hit("no mail"):
        email = None
    company: str | None = someone.account.name
    if company and hit("company without its legal form"):
        company = company.rpartition(" ")[0].rstrip(",")
    if hit("no company"):
        company = None
    phone = None if hit("no phone") else f"+49 30 2{someone.number:07d}"
    return (
        *(None, first and shown(first), shown(last), email, phone, someone.title, company),
        *(None, someone.country, None, None, None),
    )


def _typo(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(LETTERS) + text[at + 1 :]
