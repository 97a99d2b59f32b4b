"""The canonical texts and ids of `core.facts.ids`, a column at a time: equal to them, value by value.

Input: typed columns of facts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detente.core.facts.ids import SECOND_US, digests
from detente.sources.files.values import to_mask

_NEEDS_ESCAPE = r'["\\\x00-\x1f]'
_SHORTEST = 1e-4
"""Below this, Python writes a number with an exponent and Arrow without."""


def json_of(values: pa.Array) -> pa.Array:
    """Return each value as canonical JSON text; null stays null."""
    if pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    return _number_json(values) if pa.types.is_floating(values.type) else _text_json(values)


def payload_json(payload: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Return the payload of each row as canonical JSON; nulls are left out of it."""
    if not payload:
        return pa.repeat(pa.scalar("{}", pa.string()), rows)
    pairs = (pc.binary_join_element_wise(f",{_quoted(name)}:", json_of(payload[name]), "") for name in sorted(payload))
    inner = pc.binary_join_element_wise(*pairs, "", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise(pc.binary_replace_slice(inner, 0, 1, "{"), "}", "")


def identified_ids(source: str, source_id: pa.Array) -> pa.Array:
    """Return the ids of facts that their source has numbered; null where it has not."""
    return _digests(pc.binary_join_element_wise(f'["id",{_quoted(source)},', json_of(source_id), "]", ""))


def content_ids(
    source: str, kind: pa.Array, subject: tuple[str, pa.Array], micros: pa.Array, payload: pa.Array
) -> pa.Array:
    """Return the ids of facts that are known by their content. `subject` is its type and its record ids."""
    second = pa.array(np.floor_divide(micros.to_numpy(zero_copy_only=False), SECOND_US), pa.int64()).cast(pa.string())
    head = f'["content",{_quoted(source)},'
    parts = (head, json_of(kind), f",{_quoted(subject[0])},", json_of(subject[1]), ",", second, ",", payload, "]")
    return _digests(pc.binary_join_element_wise(*parts, ""))


def _digests(texts: pa.Array) -> pa.Array:
    return pa.array(digests(texts.to_pylist()), pa.string())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text_json(texts: pa.Array) -> pa.Array:
    quoted = pc.binary_join_element_wise('"', texts, '"', "")
    if not _some_need_escaping(texts):
        return quoted
    escape = to_mask(pc.match_substring_regex(texts, _NEEDS_ESCAPE))
    written = [_quoted(text) for text in texts.filter(pa.array(escape)).to_pylist()]
    return pc.replace_with_mask(quoted, pa.array(escape), pa.array(written, pa.string()))


def _some_need_escaping(texts: pa.Array) -> bool:
    """Return whether a byte that JSON escapes is anywhere in the texts: they stand in one buffer."""
    data = texts.buffers()[2]
    if data is None:
        return False
    written = np.frombuffer(data, dtype=np.uint8)
    return bool((written < ord(" ")).any() or (written == ord('"')).any() or (written == ord("\\")).any())


def _number_json(numbers: pa.Array) -> pa.Array:
    values = numbers.to_numpy(zero_copy_only=False)
    is_whole = np.floor(values) == values
    if is_whole[to_mask(numbers.is_valid())].all():
        return numbers.cast(pa.int64()).cast(pa.string())
    tiny = np.abs(values) < _SHORTEST
    written = pc.if_else(
        pa.array(is_whole),
        pc.if_else(pa.array(is_whole), numbers, None).cast(pa.int64()).cast(pa.string()),
        numbers.cast(pa.string()),
    )
    tiny &= ~is_whole
    if tiny.any():
        exact = [json.dumps(float(value)) for value in values[tiny]]
        written = pc.replace_with_mask(written, pa.array(tiny), pa.array(exact, pa.string()))
    return written
