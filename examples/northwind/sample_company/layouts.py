"""The files of the two exports and their columns, each system in its own manner.

The CRM writes Berlin's local time without an offset and Windows line ends; the marketing system writes UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """How one file looks. `columns` are the header of a CSV file, or the keys of a JSON Lines file."""

    path: str
    columns: tuple[str, ...]
    delimiter: str = ","
    end: bytes = b"\n"
    mark: bytes = b""


def _crm(path: str, columns: str, delimiter: str = ",", mark: bytes = b"") -> Layout:
    return Layout(f"crm/{path}", tuple(columns.split("|")), delimiter, b"\r\n", mark)


def _marketing(path: str, columns: str) -> Layout:
    return Layout(f"marketing/{path}", tuple(columns.split("|")))


LAYOUTS = {
    "accounts": _crm(
        "accounts.csv",
        "Account ID|Account Name|Website|Industry|Employees|Billing Country|Account Owner|Created Date",
        mark=b"\xef\xbb\xbf",
    ),
    "crm_contacts": _crm(
        "contacts.csv",
        "Contact ID|Account ID|First Name|Last Name|Email|Phone|Title|Level|Country|Lead Source|Marketing ID"
        "|Created Date",
        mark=b"\xef\xbb\xbf",
    ),
    "activities": _crm(
        "activities.csv.gz",
        "Activity ID|Contact ID|Type|Direction|Automated|Result|Duration (s)|Note|Activity Date|Created Date",
    ),
    "lead_history": _crm(
        "lead_history.csv",
        "History ID|Contact ID|New Status|Reason|Asked Date|Authority|Budget|Need|Timeframe (days)|Changed Date",
    ),
    "assignments": _crm("assignments.csv", "Assignment ID|Contact ID|Assigned To|Assigned Date"),
    "opportunities": _crm(
        "opportunities.csv",
        "Opportunity ID|Account ID|Contact IDs|Name|Amount|Created Date|Stage|Closed Date|Loss Reason",
        delimiter=";",
    ),
    "marketing_contacts": _marketing(
        "contacts.csv",
        "vid|email|firstname|lastname|jobtitle|seniority|role|company|numemployees|industry|company_country"
        "|country|phone|crm_contact_id|createdate",
    ),
    "form_submissions": _marketing(
        "form_submissions.csv", "submission_id|vid|form_name|asset|utm_channel|utm_campaign|submitted_at|received_at"
    ),
    "page_views": _marketing("page_views.csv.gz", "vid|page|url|utm_channel|utm_campaign|viewed_at"),
    "email_events": _marketing("email_events.jsonl", "id|type|contact.vid|campaign|content|created"),
    "webinars": _marketing(
        "webinars.csv", "registration_id|vid|webinar|utm_channel|registered_at|attended_at|uploaded_at"
    ),
    "trials": _marketing("trials.csv", "trial_id|vid|utm_channel|utm_campaign|started_at"),
    "event_scans": _marketing("event_scans.csv", "scan_id|vid|event|scanned_at|uploaded_at"),
    "ad_clicks": _marketing("ad_clicks.csv.gz", "click_id|vid|network|campaign|clicked_at"),
    "consents": _marketing("consents.csv", "vid|purpose|action|wording|at"),
    "unsubscribes": _marketing("unsubscribes.csv", "vid|list|at"),
}
