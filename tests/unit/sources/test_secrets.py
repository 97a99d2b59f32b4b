"""What is secret is in no text, however it is written there."""

from __future__ import annotations

import json

import pytest

from detente.sources.kit.secrets import Secrets

SECRET = 'pä"ss/word&1'


@pytest.mark.parametrize(
    "text",
    [
        f"GET /{SECRET}",
        "GET /p%C3%A4%22ss%2Fword%261",
        "Authorization: Basic cMOkInNzL3dvcmQmMQ==",
        json.dumps({"said": SECRET}),
        json.dumps({"said": SECRET}, ensure_ascii=False),
    ],
)
def test_a_secret_is_masked_as_it_is_and_as_it_is_written_elsewhere(text: str) -> None:
    secrets = Secrets()
    secrets.hide(SECRET)
    masked = secrets.mask(text)
    assert "•••" in masked
    assert "word" not in masked
    assert "cMOk" not in masked


def test_what_is_too_short_to_be_a_secret_is_left_in_words_that_hold_it() -> None:
    secrets = Secrets()
    secrets.hide("sales", None)
    assert secrets.mask("Head of sales") == "Head of sales"
