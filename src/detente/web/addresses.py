"""Addresses that several screens give. Input: names as the agreement has them."""

from __future__ import annotations

from django.urls import reverse

from detente.core.agreement.page_model import anchor


def clause_address(version: str, clause: str) -> str:
    """Return where a clause stands on the page of a version."""
    return f"{reverse('agreement_version', args=[version])}#{anchor(clause)}"
