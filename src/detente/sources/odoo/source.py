"""Reads the customer side of Odoo: partners, leads and opportunities, what was done with them, and mailings.

Input: `[sources.NAME]` with `system = "odoo"`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from detente.sources.kit.connector import Stream
from detente.sources.kit.web import Web
from detente.sources.odoo.api import Api
from detente.sources.odoo.history import Histories
from detente.sources.odoo.leads import Leads
from detente.sources.odoo.mailings import Mailings
from detente.sources.odoo.partners import Partners
from detente.sources.odoo.touches import touches


class Settings(BaseModel):
    """`[sources.NAME]` with `system = "odoo"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="The server's address: https://company.odoo.com.")
    database: str | None = Field(None, description="The database, where the server has several.")
    key: SecretStr = Field(description="An API key of a user who may read what the README lists.")
    field_history: bool = Field(
        True,
        description="Whether to read tracked changes of fields, which needs the role Administrator. Without them, the "
        "dates on a lead say when it became an opportunity, last moved and was closed.",
    )


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return the streams. Nothing is asked before a stream is read."""
    api = Api(web, settings.url, settings.database, settings.key.get_secret_value())
    partners, mailings = Partners(api), Mailings(api)
    leads = Leads(api, Histories(api, tracked=settings.field_history))
    return [
        Stream("companies", "id", partners.companies, partners.companies_present),
        Stream("people", "id", partners.people, partners.people_present),
        Stream("leads", "person", leads.people, leads.people_present),
        Stream("opportunities", "id", leads.deals, leads.opportunities_present),
        Stream("decisions", "id", leads.decisions),
        Stream("touches", "id", lambda cursor: touches(api, cursor)),
        Stream("subscribers", "person", mailings.subscribers, mailings.subscribers_present),
        Stream("subscriptions", "id", mailings.subscriptions),
        Stream("mailings", "id", mailings.traces),
        Stream("blacklist", "email", mailings.blacklist),
    ]
