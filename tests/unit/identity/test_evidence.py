"""What is never joined without asking, and what a pair says in words."""

from __future__ import annotations

import pytest

from detente.core.identity.evidence import Agreement, contradicts, doubts, words

ALIKE = Agreement(first="same", last="same", email="same", work="same")


def test_a_plain_pair_raises_no_doubt() -> None:
    assert doubts(ALIKE) == ()
    assert not contradicts(ALIKE)


@pytest.mark.parametrize(
    "pair",
    [
        ALIKE._replace(look_alike=True),
        Agreement(first="initial", last="same", work="same", role=True),
        Agreement(last="same", work="same", role=True),
        ALIKE._replace(middle_differs=True),
        ALIKE._replace(email="same private", first="different"),
        ALIKE._replace(email="same private", last="different"),
        ALIKE._replace(first="different", last="different"),
        ALIKE._replace(email="same company"),
        ALIKE._replace(email="both private"),
        ALIKE._replace(email="elsewhere", phone="different", title="different"),
        ALIKE._replace(email="unknown", first="different"),
        Agreement(first="same", last="same", work="different"),
        Agreement(first="different", last="different", stated=True),
        Agreement(phone="same", work="same"),
    ],
)
def test_suspicious_pairs_are_asked_about(pair: Agreement) -> None:
    assert doubts(pair)


@pytest.mark.parametrize(
    "pair",
    [
        ALIKE._replace(first="different"),  # the address is at a company: a name may be mistyped, or new
        ALIKE._replace(first="unknown", last="unknown"),
        ALIKE._replace(email="elsewhere", phone="different"),
        Agreement(first="same", last="same", work="different", stated=True),
        Agreement(first="same", last="same", work="different", phone="same"),
        Agreement(first="nickname", last="same", work="same", role=True),  # the team's address is no evidence here
    ],
)
def test_common_slips_are_not(pair: Agreement) -> None:
    assert doubts(pair) == ()


def test_a_company_that_numbers_its_addresses_tells_two_people_apart() -> None:
    assert contradicts(ALIKE._replace(email="numbered"))
    assert not contradicts(ALIKE._replace(email="numbered", phone="same"))


def test_a_team_is_nobody_s_twin() -> None:
    assert contradicts(Agreement(phone="same", work="same", role=True))


def test_evidence_is_told_for_and_against() -> None:
    told = words(ALIKE._replace(phone="different", stated=True))
    assert told == (
        "+ a system says that they are the same",
        "+ same first name",
        "+ same last name",
        "+ same e-mail address",
        "+ same company",
        "− phone numbers differ",
    )
