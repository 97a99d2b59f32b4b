"""The landing zone: what other systems told us, as they told it, and what the mappings made of it.

    landing/<source>/<stream>/<load_id>/part-*.parquet    rows as received, every column as text
    facts/<load_id>/facts-*.parquet, links-*.parquet      what the mapping made of them
    quarantine/<load_id>.parquet                          records set aside
    landing/loads/<load_id>.json                          the receipt, written last
    landing/loads/<load_id>.partial/                      how far a load is; gone with the receipt

A load counts once its receipt stands. Killed anywhere, the next run goes on behind the last part that was written
whole. Input: batches of an export. The caller holds the writer lock.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from detente.app.ports.exports import ExportInfo, Position
from detente.app.ports.landing import Receipt
from detente.core.errors import InputError
from detente.engine.landing_folder import LoadFolder, loads_folder, read_state, write_json
from detente.engine.landing_known import Known
from detente.engine.landing_load import Account, LoadUnderWay, Stand

SCHEMA = "detente.receipt/1"


class LandingZone:
    """The landing zone of a workspace. `version` is the program's, for the receipts."""

    def __init__(self, root: Path, version: str) -> None:
        self._root = root
        self._version = version
        self._known: dict[str, tuple[tuple[str, ...], Known]] = {}

    def receipts(self) -> list[Receipt]:
        """Return the receipts of all finished loads, in the order of landing."""
        return receipts_in(self._root)

    def finished(self, info: ExportInfo) -> Receipt | None:
        """Return the receipt of an earlier load of exactly this; None if a repetition could bring something.

        It could where facts were set aside as from the future, which by now may have come.
        """
        attempts = self._attempts(info)
        return attempts[-1] if attempts and not attempts[-1].by_class.get("future") else None

    def begin(self, info: ExportInfo, now: int) -> LoadUnderWay:
        """Begin a load, or go on with the one that was killed, unless others of its source have finished since."""
        folder = LoadFolder(self._root, info.source, info.stream, _load_id(info, len(self._attempts(info))))
        self._sweep(folder, info.file)
        earlier = [receipt for receipt in self.receipts() if receipt.source == info.source]
        others = tuple(receipt.load_id for receipt in earlier)
        known = self._known_before(info.source, earlier)
        state = folder.state()
        stand = Stand.from_json(state) if state is not None else None
        if stand is None or stand.others != others:
            folder.discard()
            stand = Stand(now, others, Position(), Account())
        else:
            folder.keep_parts(stand.account.parts)
            known.remember(*folder.parts())
        return LoadUnderWay(info, folder, known, stand, partial(self._settle, info, folder, known))

    def _settle(self, info: ExportInfo, folder: LoadFolder, known: Known, stand: Stand, finished_at: int) -> Receipt:
        """Write the receipt, which makes the load count, and remove what its making needed."""
        receipt = Receipt(
            load_id=folder.load_id,
            file=info.file,
            sha256=info.sha256,
            size=info.size,
            source=info.source,
            stream=info.stream,
            mapping_file=info.mapping_file,
            mapping_sha256=hashlib.sha256(info.mapping_text.encode()).hexdigest(),
            mapping_text=info.mapping_text,
            rules=info.rules,
            reading=info.reading,
            started_at=stand.started_at,
            finished_at=finished_at,
            version=self._version,
            **asdict(stand.account),
        )
        write_json(folder.receipt, {"schema": SCHEMA, **asdict(receipt)})
        shutil.rmtree(folder.partial, ignore_errors=True)
        self._known[info.source] = ((*stand.others, folder.load_id), known)
        return receipt

    def _known_before(self, source: str, earlier: Sequence[Receipt]) -> Known:
        """Return what earlier loads of a source brought; what this process has loaded itself is still at hand."""
        loads, known = self._known.pop(source, ((), None))
        if known is None or sorted(loads) != sorted(receipt.load_id for receipt in earlier):
            known = Known()
            for receipt in earlier:
                known.remember(*LoadFolder(self._root, source, receipt.stream, receipt.load_id).parts())
        return known

    def _attempts(self, info: ExportInfo) -> list[Receipt]:
        """Return the receipts of the loads that brought exactly this."""
        found: list[Receipt] = []
        for attempt in count():
            receipt = self._receipt(_load_id(info, attempt))
            if receipt is None:
                return found
            found.append(receipt)
        return found

    def _receipt(self, load_id: str) -> Receipt | None:
        path = loads_folder(self._root) / f"{load_id}.json"
        return _read(path) if path.is_file() else None

    def _sweep(self, current: LoadFolder, file: str) -> None:
        """Remove what killed runs left of loads that will not be resumed: finished ones, and others of this file."""
        for under_way in loads_folder(self._root).glob("*.partial"):
            load_id, state = under_way.name.removesuffix(".partial"), read_state(under_way)
            if self._receipt(load_id) is not None:
                shutil.rmtree(under_way)
            elif load_id != current.load_id and state is not None and state["file"] == file:
                LoadFolder(self._root, state["source"], state["stream"], load_id).discard()


def receipts_in(root: Path) -> list[Receipt]:
    """Return the receipts of all finished loads of a workspace, in the order of landing."""
    found = map(_read, loads_folder(root).glob("*.json"))
    return sorted(found, key=lambda receipt: (receipt.started_at, receipt.load_id))


def _read(path: Path) -> Receipt:
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        return Receipt(**{key: value for key, value in content.items() if key != "schema"})
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{path}: the receipt of a load cannot be read ({error}): put it back from a backup, or remove it and "
            "import the file again"
        ) from error


def _load_id(info: ExportInfo, attempt: int) -> str:
    """Return the id of a load: the same for the same file under the same rules, in every workspace."""
    what = [info.source, info.stream, info.sha256, info.member, info.rules, attempt]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]
