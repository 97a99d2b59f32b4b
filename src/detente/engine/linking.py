"""What a linker answers, of persons and of accounts alike, and what it is told: the shapes of its tables.

Input: `linker.py` (persons) and `account_linker.py` fill a `Linking`; the identity step, the review queue and
`bench/link_bench.py` read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

_TEXT = pa.string()

PAIRS = pa.schema(
    [
        ("source", _TEXT), ("record", _TEXT), ("other_source", _TEXT), ("other_record", _TEXT),
        ("rule", _TEXT), ("probability", pa.float64()), ("verdict", _TEXT), ("why", _TEXT),
    ]
)  # fmt: skip
"""Pairs of records, each once, (source, record) < (other_source, other_record), sorted by these four.

`verdict`: merge (without asking) | ask | apart; `why`: JSON list of short texts for and against, as a rep reads them.
"""

ANSWERS = pa.schema(
    [("source", _TEXT), ("record", _TEXT), ("other_source", _TEXT), ("other_record", _TEXT), ("same", pa.bool_())]
)
"""What people decided about pairs, in the same order of the two records."""

MAIL = pa.schema([("domain", _TEXT), ("kind", _TEXT), ("dots_ignored", pa.bool_()), ("plus_tag_ignored", pa.bool_())])
"""What an installation knows of mail domains beside the common free-mail ones; `kind` is "free mail" or a company's.

At a domain that is not listed dots count and what follows a plus sign does not.
"""


@dataclass(frozen=True)
class Linking:
    """`pairs` as `PAIRS`; `questions` are those of them worth asking next, the most telling first; `parameters` is what
    was learned, fit for JSON: given back to the linker, nothing is trained again.
    """

    pairs: pa.Table
    questions: pa.Table
    parameters: Mapping[str, Any]
