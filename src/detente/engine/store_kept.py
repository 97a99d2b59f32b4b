"""The results a store keeps: those of the last whole replay, but for the leads that later deltas brought anew.

Input: the folders a manifest names. A lead's results are those of the latest delta that touched it, else the base's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.core.replay import layout as at
from detente.engine.plain_columns import PlainFile, damaged, write_plain
from detente.engine.timeline_store import StoredDelta, among

Int = NDArray[np.int64]
Short = NDArray[np.int32]
Columns = dict[str, NDArray[Any]]


class KeptResults:
    """Results as they are now. `deltas` are those that came after the whole replay in `folder`, in their order."""

    def __init__(self, folder: Path, deltas: Sequence[StoredDelta]) -> None:
        self._folder = folder
        self._deltas = deltas
        nothing = np.empty(0, np.int32)
        self._touched = np.unique(np.concatenate([nothing, *(delta.leads for delta in deltas)]))
        self._latest: dict[str, Columns] = {}

    def of(self, name: str, number: int, leads: Short) -> Columns:
        """Return a table's rows for the leads of a bucket, sorted by lead; clocks as they stood when written."""
        base = _read(self._folder / f"{name}-{number:03d}.parquet")
        if not self._deltas:
            return base
        kept, latest = ~among(base["lead"], self._touched), self._of_deltas(name)
        here = among(latest["lead"], leads)
        joined = {column: np.concatenate([values[kept], latest[column][here]]) for column, values in base.items()}
        order = np.argsort(joined["lead"], kind="stable")
        return {column: values[order] for column, values in joined.items()}

    def due(self, as_of: int) -> Short:
        """Return the leads whose next instant has come by `as_of`, ascending."""
        found = []
        for number, folder in enumerate([self._folder, *(delta.folder for delta in self._deltas)]):
            file = PlainFile(folder / "due.parquet")
            here = file.some("lead", 0, int(file.search("next", np.array([as_of + 1]))[0]))
            for later in self._deltas[number:]:
                here = here[~among(here, later.leads)]
            found.append(here)
        return np.unique(np.concatenate(found))

    def _of_deltas(self, name: str) -> Columns:
        """Return the rows of all deltas, each lead's from the latest that touched it, sorted by lead."""
        if name not in self._latest:
            parts = [_read(delta.folder / f"{name}.parquet") for delta in self._deltas]
            for number, part in enumerate(parts):
                kept = np.ones(len(part["lead"]), bool)
                for later in self._deltas[number + 1 :]:
                    kept &= ~among(part["lead"], later.leads)
                parts[number] = {column: values[kept] for column, values in part.items()}
            joined = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
            order = np.argsort(joined["lead"], kind="stable")
            self._latest[name] = {column: values[order] for column, values in joined.items()}
        return self._latest[name]


def write_due(folder: Path, leads: Short, instants: Int) -> None:
    """Write when leads may change by themselves, the earliest first."""
    some = instants < at.FOREVER
    leads, instants = leads[some], instants[some]
    order = np.argsort(instants, kind="stable").astype(np.int32)
    write_plain(folder / "due.parquet", {"next": instants[order], "lead": leads[order]})


def _read(path: Path) -> Columns:
    try:
        table = pq.read_table(path, use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, error) from error
    return {name: table.column(name).to_numpy() for name in table.column_names}
