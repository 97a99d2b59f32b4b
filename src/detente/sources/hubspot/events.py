"""What happened to HubSpot's marketing e-mail, and what was submitted in its forms; both name people by address.

Input: `api`. An event or submission belongs to the contact that has the address when it is read; where none has, to
a record of the address itself (`email:ada@x.example`), which the linking may join with a person later. Both APIs list
the newest first, so e-mail events are read week by week and submissions form by form, each whole before the cursor
moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from detente.core.errors import SourceRefused
from detente.sources.hubspot.api import Api, Record
from detente.sources.kit.connector import Cursor, Page
from detente.sources.kit.looping import LoopGuard

_EVENTS = "/email/public/v1/events"
_CAMPAIGNS = "/email/public/v1/campaigns"
_FORMS = "/marketing/v3/forms/"
_SUBMISSIONS = "/form-integrations/v1/submissions/forms"
_MOST_EVENTS, _MOST_SUBMISSIONS, _MOST_FORMS = 1000, 50, 100
_WEEK_MS = 7 * 24 * 60 * 60 * 1000
_OVERLAP_MS = 60 * 60 * 1000


def email_events(api: Api, since: date) -> Callable[[Cursor], Iterator[Page]]:
    """Return how to read e-mail events: from a day on, later from an hour before the last one read."""
    first = int(datetime.combine(since, time(), UTC).timestamp()) * 1000

    def read(cursor: Cursor) -> Iterator[Page]:
        campaigns = _Campaigns(api)
        begin = cursor.get("until", first + _OVERLAP_MS) - _OVERLAP_MS
        newest = api.get(_EVENTS, {"limit": 1, "startTimestamp": begin}).get("events") or []
        if not newest:
            return
        until, width = int(newest[0]["created"]) + 1, _WEEK_MS
        while begin < until:
            end, found = min(begin + width, until), False
            for events in _window(api, begin, end):
                found = found or bool(events)
                yield Page(_named(api, [_event(event, campaigns) for event in events], "recipient"))
            yield Page((), {"until": end})
            begin, width = end, _WEEK_MS if found else 2 * width  # years before the first mail are passed quickly

    return read


def _window(api: Api, begin: int, end: int) -> Iterator[list[Record]]:
    guard = LoopGuard(_EVENTS)
    params: dict[str, Any] = {"limit": _MOST_EVENTS, "startTimestamp": begin, "endTimestamp": end}
    while True:
        answer = api.get(_EVENTS, params)
        events = list(answer.get("events") or [])
        guard.saw(events, answer.get("offset"))
        yield events
        if not answer.get("hasMore"):
            return
        params["offset"] = answer["offset"]


class _Campaigns:
    """The mails that events are about, each asked for once a run."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, Record] = {}

    def of(self, event: Mapping[str, Any]) -> Record:
        """Return name, subject and type of an event's mail; empty where HubSpot has deleted it."""
        key = str(event.get("emailCampaignId") or "")
        if key and key not in self._known:
            try:
                found = self._api.get(f"{_CAMPAIGNS}/{key}", {"appId": event["appId"]} if event.get("appId") else {})
            except SourceRefused as refused:
                if refused.status != 404:
                    raise
                found = {}
            self._known[key] = {name: found.get(name) for name in ("name", "subject", "type")}
        return self._known.get(key, {})


def _event(event: Record, campaigns: _Campaigns) -> Record:
    return {**event, "mail": campaigns.of(event)}


def form_submissions(api: Api) -> Callable[[Cursor], Iterator[Page]]:
    """Return how to read form submissions: every form, from an hour before its last one read."""

    def read(cursor: Cursor) -> Iterator[Page]:
        read_until = dict(cursor.get("forms", {}))
        for forms in api.listing(_FORMS, {"limit": _MOST_FORMS}):
            for form in forms:
                newest = read_until.get(form["id"], 0)
                for submissions in _new_submissions(api, form["id"], newest - _OVERLAP_MS):
                    newest = max([newest, *(int(each["submittedAt"]) for each in submissions)])
                    yield Page(_named(api, [_submission(each, form) for each in submissions], "email"))
                read_until[form["id"]] = newest
                yield Page((), {"forms": dict(read_until)})

    return read


def _new_submissions(api: Api, form: str, since: int) -> Iterator[list[Record]]:
    """Yield pages of a form's submissions, newest first, down to an instant."""
    for submissions in api.listing(f"{_SUBMISSIONS}/{form}", {"limit": _MOST_SUBMISSIONS}):
        new = [each for each in submissions if int(each["submittedAt"]) >= since]
        if new:
            yield new
        if len(new) < len(submissions):
            return


def _submission(submission: Record, form: Record) -> Record:
    """Return a submission with its values by name, its form, and the campaign that its page's address names."""
    values: dict[str, str] = {}
    for field in submission.get("values") or []:
        name, value = field["name"], str(field.get("value") or "")
        values[name] = f"{values[name]};{value}" if name in values else value
    asked = dict(parse_qsl(urlsplit(submission.get("pageUrl") or "").query))
    utm = {name: asked.get(f"utm_{name}") or values.get(f"utm_{name}") for name in ("source", "medium", "campaign")}
    about = {"id": form["id"], "name": form.get("name")}
    return {**submission, "values": values, "form": about, "utm": utm, "email": values.get("email")}


def _named(api: Api, rows: Sequence[Record], field: str) -> list[Record]:
    """Return rows with `contact`, the id of the contact with the row's address, and `person`, that or the address."""
    contacts = api.contacts_of(row[field] for row in rows if row.get(field))
    return [{**row, **_who(row.get(field), contacts)} for row in rows]


def _who(address: str | None, contacts: Mapping[str, str]) -> Record:
    known = contacts.get((address or "").strip().lower())
    unknown = f"email:{address.strip().lower()}" if address else None
    return {"contact": known, "person": known or unknown}
