"""Reads the customer side of Tryton: parties as people and companies, sale opportunities with every change of theirs.

Input: `[sources.NAME]` with `system = "tryton"`. What is a person and what a company is told in `parties.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from detente.sources.kit.connector import Stream
from detente.sources.kit.web import Web
from detente.sources.tryton.api import Api
from detente.sources.tryton.opportunities import Opportunities
from detente.sources.tryton.parties import Kinds, Parties


class Settings(BaseModel):
    """`[sources.NAME]` with `system = "tryton"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="The server's address, without the database: https://erp.example.com.")
    database: str = Field(description="The name of the database.")
    key: SecretStr = Field(description="The key of a user application for the REST API, which must be validated.")
    company_categories: tuple[str, ...] = Field(
        (), description="Names of party categories whose parties are companies, besides parties with a tax identifier."
    )


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return the streams. Nothing is asked before a stream is read."""
    api = Api(web, settings.url, settings.database, settings.key.get_secret_value())
    kinds = Kinds(frozenset(settings.company_categories))
    parties, opportunities = Parties(api, kinds), Opportunities(api, kinds)
    return [
        Stream("companies", "id", parties.companies, parties.companies_present),
        Stream("people", "id", parties.people, parties.people_present),
        Stream("contacts", "person", parties.contacts, parties.contacts_present),
        Stream("opportunities", "id", opportunities.deals, opportunities.present),
        Stream("decisions", "id", opportunities.decisions),
    ]
