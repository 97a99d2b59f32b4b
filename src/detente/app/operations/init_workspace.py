"""Make a new workspace: settings, a working agreement to begin with, and a mapping to adapt.

Input: the company's name and the day on which the agreement takes effect. The starter agreement is small, complete
and tested, so that a first `detente test` has something to say; every number in it is meant to be talked about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from detente.app.ports.workspace import Workspace

AGREEMENT_FILE = "agreements/agreement-1.0.0.yaml"
MAPPING_FILE = "mappings/crm.yaml"
SETTINGS_FILE = "detente.toml"


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What the workspace is for. `timezone` is an IANA name, `currency` an ISO 4217 code."""

    name: str
    timezone: str
    currency: str
    effective: date


def init_workspace(workspace: Workspace, new: NewWorkspace) -> tuple[str, ...]:
    """Make the workspace and return the paths of its texts, in the order in which to read them.

    `UsageError` if the folder is a workspace already or holds files of these names: nothing is overwritten.
    """
    files = {SETTINGS_FILE: _settings(new), AGREEMENT_FILE: starter_agreement(new), MAPPING_FILE: STARTER_MAPPING}
    workspace.create(files)
    return tuple(files)


def _settings(new: NewWorkspace) -> str:
    return f"[workspace]\nname = {_quoted(new.name)}\ncurrency = {_quoted(new.currency)}\n"


def starter_agreement(new: NewWorkspace) -> str:
    """Return the text of the starter agreement."""
    slug = re.sub(r"[^a-z0-9]+", "-", new.name.lower()).strip("-") or "company"
    values = {
        "slug": slug,
        "effective": new.effective.isoformat(),
        "timezone": new.timezone,
        "currency": new.currency,
    }
    return re.sub(r"<(\w+)>", lambda found: values[found[1]], _STARTER_AGREEMENT)


def _quoted(text: str) -> str:
    """Return a text as TOML and JSON both write it."""
    return json.dumps(text, ensure_ascii=False)


_STARTER_AGREEMENT = """\
# How sales and marketing work together. A start: talk about every number, change it, test it, sign it.
#   detente lint    what is wrong with this text        detente test    whether the examples at its end hold
#   detente page    the same as one page to sign
agreement: <slug>/revenue
language: 1
version: 1.0.0
effective: <effective>
timezone: <timezone>
currency: <currency>
parties:
  marketing: {signs: head.of.marketing@company.example}
  sales: {signs: head.of.sales@company.example}

# --- words ---------------------------------------------------------------------------------------
default_calendar: office
calendars:
  office: {timezone: <timezone>, open: {mon-fri: "09:00-17:00"}}
lists:
  talk_to_us: [demo, contact_sales]
glossary:
  lead: {means: A person who has given us a way to reach them}
  callback: {means: An explicit request to talk to sales, is: any(form_submit where form in @talk_to_us)}
  attempt:
    means: A logged call, personal e-mail or meeting by a person; automated mail does not count
    is: touch where direction == 'out' and automated == false

# --- fit and interest ----------------------------------------------------------------------------
fit:
  points:
    - {id: fit.size, when: company.employees >= 50, points: 30}
    - id: fit.role
      when: person.seniority in ['director', 'vp', 'cxo']
      points: 30
  grades: {A: 60, B: 30, C: 0}
score:
  - {id: score.pricing, event: page_view where page == 'pricing', points: 10, cap: 30, expires: 30d}
  - {id: score.webinar, event: webinar_attend, points: 20, cap: 40, expires: 60d}
  - {id: score.trial, event: trial_start, points: 40, cap: 40, expires: 45d}

# --- the revenue cycle ---------------------------------------------------------------------------
stages:
  Lead:
    id: stage.lead
    owner: marketing
    basis: computed
    enter: {when: person.email is known or person.phone is known}
  MQL:
    id: stage.mql
    owner: marketing
    basis: computed
    reentry: {after: 30d, unless: callback}
    enter:
      from: [Lead, Recycled]
      when:
        any:
          - {id: mql.callback, is: callback}
          - id: mql.score
            is: score >= 50 and grade in ['A', 'B']
  SAL: {id: stage.sal, owner: sales, basis: recorded, enter: {from: [MQL], event: lead_accept}}
  SQL: {id: stage.sql, owner: sales, basis: recorded, enter: {from: [MQL, SAL], event: lead_qualify}}
  Opportunity: {id: stage.opportunity, owner: sales, basis: recorded, enter: {from: [SQL], event: deal_open}}
  Customer: {id: stage.customer, owner: sales, basis: recorded, enter: {from: [Opportunity], event: deal_won}}
  Recycled:
    id: stage.recycled
    owner: marketing
    basis: recorded
    exit: true
    resets: behaviour
    enter: {from: [MQL, SAL, SQL, Opportunity], event: lead_recycle, require: reason in @recycle}
  Disqualified:
    id: stage.disqualified
    owner: sales
    basis: recorded
    exit: true
    enter: {from: [Lead, MQL, SAL, SQL], event: lead_discard, require: reason in @discard}
dispositions:
  recycle:
    not_now: {points_at: timing}
    unreachable: {points_at: reach, needs: sla.persistence}
  discard:
    no_fit: {points_at: fit}
    bad_data: {points_at: source}

# --- what each side owes -------------------------------------------------------------------------
sla:
  - id: sla.volume
    owes: marketing
    to: sales
    period: quarter
    deliver: {MQL: 100}
    quality: {of: [MQL, SAL], at_least: 0.50, judged_after: 10bd}
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: attempt, hours: business, void_on: unsubscribe}
    target: [{when: callback, within: 1bh}, {otherwise: true, within: 8bh}]
    objective: 0.90
    period: month
  - id: sla.persistence
    owes: sales
    to: marketing
    at: lead_recycle where reason == 'unreachable'
    require: count(attempt) since MQL >= 4 and span(attempt) since MQL >= 7d
    objective: 0.90
    period: month
  - id: sla.reason
    owes: sales
    to: marketing
    at: [Recycled, Disqualified]
    require: reason in @recycle or reason in @discard
    objective: 1.00
    period: month

# --- credit and consent --------------------------------------------------------------------------
credit:
  book: sourced
  sourced:
    to: marketing
    touch: first
    channels: [paid_search, organic, social, webinar, content, email, event, partner]
    lookback: 365d
    before: Opportunity
    otherwise: sales
consent:
  - {id: consent.stop, when: any(unsubscribe) or any(consent_withdrawn), forbid: [email, call, sequence]}
change:
  signed_by: [marketing, sales]
  notice: 10bd

# --- examples that must hold -----------------------------------------------------------------------
fixtures:
  director: {person.email: ada@acme.example, person.seniority: director, company.employees: 120}
  intern: {person.email: kim@acme.example, person.seniority: other, company.employees: 120}
tests:
  - test: who asks to talk to us is handed over at once
    lead: intern
    history: ["<effective> 10:00 form_submit form=demo"]
    expect: {MQL: "<effective> 10:00", arm: mql.callback}
  - test: interest and fit together make an MQL
    lead: director
    history: ["<effective> 10:00 trial_start", "<effective> 11:00 page_view page=pricing"]
    expect: {MQL: "<effective> 11:00", score: 50, grade: A, arm: mql.score}
  - test: one call is not enough to call a lead unreachable
    lead: director
    history:
      - "<effective> 10:00 form_submit form=demo"
      - "<effective> 10:20 touch channel=call"
      - "<effective> 12:00 lead_recycle reason=unreachable"
    expect: {stage: Recycled, sla.persistence: broken, sla.reason: met}
  - test: a lead closed without a reason is closed, and the reason is owed
    lead: director
    history: ["<effective> 10:00 form_submit form=demo", "<effective> 12:00 lead_discard"]
    expect: {stage: Disqualified, sla.reason: broken, nonconforming: ["Disqualified:require"]}
"""

STARTER_MAPPING = """\
# What the rows of your CRM's export mean. Put your own column names on the right; the reference of this format is
# docs/reference/mapping.md. Then: detente import --mapping mappings/crm.yaml contacts.csv activities.csv deals.csv
mapping: 1
source: crm
timezone: UTC                     # of times written without an offset

files:
  contacts:
    file: "contacts*.csv"
    subject: person
    record: Contact ID
    account: Company ID
    facts:
      - enrich:
          person.email: {column: Email, as: email}
          person.email_domain: {column: Email, as: domain}
          person.seniority: {column: Level, map: {C-Level: cxo, VP: vp, Director: director, "*": other}}
          company.employees: {column: Employees, as: number}
        occurred_at: Created

  activities:
    file: "activities*.csv"
    subject: person
    record: Contact ID
    facts:
      - kind: {column: Type, map: {Call: touch, E-Mail: touch, Meeting: touch, Accepted: lead_accept, "*": null}}
        source_id: Activity ID
        occurred_at: Date
        payload:
          channel: {column: Type, map: {Call: call, E-Mail: email, Meeting: meeting, "*": null}}
          direction: {column: Direction, map: {Outbound: out, Inbound: in, "*": null}}
          automated: {value: false}

  deals:
    file: "deals*.csv"
    subject: deal
    record: Deal ID
    account: Company ID
    contacts: {column: Contact IDs, separator: ";"}
    facts:
      - kind: deal_open
        occurred_at: Created
        source_id: "{Deal ID}:open"
        payload: {amount: Amount}
      - kind: deal_won
        when: {Stage: Closed Won}
        occurred_at: Closed
        source_id: "{Deal ID}:won"
        payload: {amount: Amount}
      - kind: deal_lost
        when: {Stage: Closed Lost}
        occurred_at: Closed
        source_id: "{Deal ID}:lost"
        payload: {reason: Lost reason}
"""
