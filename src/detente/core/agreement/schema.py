"""The strict JSON Schema of an agreement, for editors: made from the typed document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from detente.core.agreement.document import Document

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=1)
def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an agreement text; keys that are not in it are refused."""
    return {"$schema": _DIALECT, **Document.model_json_schema(by_alias=True)}


def keys_at(path: Sequence[str | int]) -> list[str]:
    """Return the keys known at a place of an agreement, as ("stages", "MQL", "enter")."""
    found = [json_schema()]
    for part in path:
        found = [below for schema in found for below in _below(schema, part)]
    return list(dict.fromkeys(key for schema in found for each in _alternatives(schema) for key in each["properties"]))


def _below(schema: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    for each in _alternatives(schema, bare=True):
        if isinstance(part, int):
            if "items" in each:
                yield each["items"]
        elif part in each.get("properties", {}):
            yield each["properties"][part]
        elif isinstance(each.get("additionalProperties"), dict):
            yield each["additionalProperties"]
        elif "patternProperties" in each:
            yield from each["patternProperties"].values()


def _alternatives(schema: dict[str, Any], *, bare: bool = False) -> Iterator[dict[str, Any]]:
    """Yield what a schema can be, references followed; only mappings with fixed keys, unless `bare`."""
    if "$ref" in schema:
        schema = json_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _alternatives(each, bare=bare)
    if bare or "properties" in schema:
        yield schema
