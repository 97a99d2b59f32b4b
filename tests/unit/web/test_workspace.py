"""A page and what stands around it are of one snapshot."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.test import Client, RequestFactory

from detente import bootstrap
from detente.web.frame import frame
from detente.web.workspace import workspace


def test_a_snapshot_published_while_a_page_is_made_is_that_of_the_next_one(
    company: Path, tmp_path: Path, visit: Callable[[Path], Client]
) -> None:
    own = Path(shutil.copytree(company, tmp_path / "own"))
    visit(own)
    page, following = RequestFactory().get("/"), RequestFactory().get("/")
    here = workspace(page)
    bootstrap.replay(own, None, lambda *_: None)
    assert frame(page)["here"] is workspace(page) is here
    assert workspace(following).snapshot.info.as_of > here.snapshot.info.as_of
