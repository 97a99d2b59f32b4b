"""Agreements these tests read: the example of the specification, and a small one in which marked places are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def example() -> str:
    """The complete agreement that stands beside the specification."""
    return (HERE / "example-agreement.yaml").read_text("utf-8")
