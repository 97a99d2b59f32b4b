"""What a workspace says of mail domains in `detente.toml`."""

from __future__ import annotations

import pytest

from detente.core.errors import UsageError
from detente.core.identity.mail import MailDomains
from detente.engine.workspace import WorkspaceFolder


def mail(tmp_path, text: str):
    (tmp_path / "detente.toml").write_text(f'[workspace]\nname = "Harbour"\n{text}')
    return WorkspaceFolder(tmp_path).settings().mail


def test_domains_are_taken_as_they_are_described(tmp_path) -> None:
    rows = mail(tmp_path, '[mail."freepost.example"]\ndots_ignored = true\n[mail."gmx.de"]\nkind = "company"\n')
    assert rows == ({"domain": "freepost.example", "dots_ignored": True}, {"domain": "gmx.de", "kind": "company"})
    domains = MailDomains().with_rows(rows)
    one, other = domains.mailbox("an.na@freepost.example"), domains.mailbox("anna@freepost.example")
    assert one is not None
    assert other is not None
    assert one.key == other.key
    assert "gmx.de" not in domains.free


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mail]\nfreepost = 1\n", "mail holds tables"),
        ("[mail.freepost.example]\nkind = 'free mail'\n", "stands in quotes"),
        ('[mail."a.example"]\nkid = "free mail"\n', "did you mean 'kind'?"),
        ('[mail."a.example"]\nkind = "free"\n', 'kind must be "free mail" or "company"'),
        ('[mail."a.example"]\ndots_ignored = "yes"\n', "are true or false"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"detente\.toml") as refused:
        mail(tmp_path, text)
    assert told in str(refused.value)
