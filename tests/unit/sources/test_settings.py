"""The settings of a source: secrets stay out of the text, and whatever is wrong is said with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from detente.core.errors import UsageError
from detente.sources.kit.settings import read_settings, secrets_of
from detente.sources.registry import connector


class Settings(BaseModel):
    url: str
    token: SecretStr
    old_token: SecretStr | None = None
    page: int = Field(100, gt=0)


def read(table: dict[str, object], env: dict[str, str] | None = None, root: Path = Path()) -> Settings:
    return read_settings("my-crm", table, Settings, env or {}, root)


def test_a_secret_comes_from_the_environment() -> None:
    settings = read({"system": "x", "url": "https://a"}, {"DETENTE_MY_CRM_TOKEN": " s3cret \n"})
    assert settings.token.get_secret_value() == "s3cret"
    assert secrets_of(settings) == [settings.token]
    assert "s3cret" not in repr(settings)


def test_a_secret_comes_from_a_file_that_the_table_names(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    assert read({"url": "https://a", "token_file": "token"}, root=tmp_path).token.get_secret_value() == "s3cret"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"url": "a", "token": "s3cret"}, r"token: a secret does not belong .* set DETENTE_MY_CRM_TOKEN"),
        ({"url": "a", "token_file": "nowhere"}, r"token_file: .*nowhere cannot be read: No such file"),
        ({"url": "a", "token_file": "no\0where"}, r"token_file: .*cannot be read: .*null byte"),
        ({"url": "a"}, r"token is missing: set DETENTE_MY_CRM_TOKEN, or write its path as token_file"),
        ({"token_file": "token"}, r"url is missing: write url = … under \[sources.my-crm\]"),
        ({"ulr": "a"}, r"\[sources.my-crm\] has no key 'ulr': did you mean 'url'\?"),
        ({"url": "a", "token_file": "token", "page": 0}, r"page: input should be greater than 0"),
        ({"url": "a", "token_file": "empty"}, r"empty is empty: write the secret into it"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(tmp_path: Path, table: dict[str, object], says: str) -> None:
    (tmp_path / "token").write_text("t0ken-of-the-file")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(UsageError, match=says) as refused:
        read(table, root=tmp_path)
    assert "s3cret" not in str(refused.value)


def test_a_system_nobody_connects_is_named() -> None:
    with pytest.raises(UsageError, match=r"\[sources.crm\]: there is no connector for 'sugar'"):
        connector("sugar", "[sources.crm]", Path())
