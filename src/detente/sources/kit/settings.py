"""The settings of one source: a table `[sources.NAME]` of detente.toml, and secrets that no text holds.

Input: the table, the connector's `Settings` (a pydantic model, its secrets `SecretStr`), and the environment. A secret
comes from the variable `DETENTE_<NAME>_<FIELD>`, or from the file that the table names as `<field>_file`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError

from detente.core.errors import UsageError

RESERVED = ("system", "mapping")
"""Keys of every table: which connector reads it, and a mapping in place of the connector's own."""

Model = TypeVar("Model", bound=BaseModel)


def read_settings(name: str, table: Mapping[str, Any], model: type[Model], env: Mapping[str, str], root: Path) -> Model:
    """Return the settings of a source. `UsageError` with what is missing or not known, and where it is written.

    A file that the table names is looked for from `root`, the workspace, which the model's validators get as context.
    """
    given = {key: value for key, value in table.items() if key not in RESERVED}
    secrets = [field for field, info in model.model_fields.items() if is_secret(info.annotation)]
    for field in secrets:
        if field in given:
            raise UsageError(
                f"[sources.{name}] {field}: a secret does not belong in a text that is shared: take it out, and "
                f"{_remedy(name, field)}"
            )
        secret = _secret(name, field, given.pop(f"{field}_file", None), env, root)
        if secret is not None:
            given[field] = SecretStr(secret)
    _known(name, given, [*RESERVED, *model.model_fields, *(f"{field}_file" for field in secrets)])
    try:
        return model.model_validate(given, context={"root": root})
    except ValidationError as error:
        raise UsageError(
            "\n".join(
                _sentence(name, tuple(each["loc"]), each["msg"], each["type"], secrets) for each in error.errors()
            )
        ) from None


def secrets_of(settings: BaseModel) -> list[SecretStr]:
    """Return the secrets of settings."""
    return [value for value in settings.__dict__.values() if isinstance(value, SecretStr)]


def variable(name: str, field: str) -> str:
    """Return the environment variable of a secret."""
    return "DETENTE_" + re.sub(r"\W", "_", f"{name}_{field}").upper()


def _secret(name: str, field: str, file: object, env: Mapping[str, str], root: Path) -> str | None:
    """Return a secret without the end of line that editors add; None: it is nowhere."""
    told = env.get(variable(name, field), "").strip()
    if told or file is None:
        return told or None
    path = root / str(file)
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:  # a path with a NUL is no path
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", error)
        raise UsageError(
            f"[sources.{name}] {field}_file: {path} cannot be read: {why}: check the path and who may read it"
        ) from None
    if not text:
        raise UsageError(f"[sources.{name}] {field}_file: {path} is empty: write the secret into it, and nothing else")
    return text


def is_secret(annotation: object) -> bool:
    """Whether a field holds a secret, or may."""
    if get_origin(annotation) in {Union, UnionType}:
        return any(map(is_secret, get_args(annotation)))
    return annotation is SecretStr


def _known(name: str, given: Mapping[str, Any], known: list[str]) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"it may have {', '.join(known)}"
            raise UsageError(f"[sources.{name}] has no key '{key}': {hint}")


def _sentence(name: str, place: tuple[int | str, ...], message: str, kind: str, secrets: list[str]) -> str:
    field = ".".join(map(str, place))
    where = f"[sources.{name}] {field}".rstrip()
    if kind != "missing":
        said = message.removeprefix("Value error, ")
        return f"{where}: {said[0].lower()}{said[1:]}"
    remedy = _remedy(name, field) if field in secrets else f"write {field} = … under [sources.{name}] in detente.toml"
    return f"{where} is missing: {remedy}"


def _remedy(name: str, field: str) -> str:
    return f'set {variable(name, field)}, or write its path as {field}_file = "…"'
