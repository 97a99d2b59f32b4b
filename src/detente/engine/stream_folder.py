"""What a workspace keeps of the streams of other systems: implements the port `app.ports.sources.StreamFolder`.

    landing/<source>/<stream>.cursor.json      how far the stream was read, its fields, its last error
    landing/<source>/.spool/<stream>/          rows that are not landed yet (`spool`)
    landing/<source>/set-aside/<stream>-<n>/   what of them was damaged
    landing/<source>/.lock                     who is syncing the source

Input: states and rows from `operations.sync_source`, and the rows that finished loads landed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

from detente.app.ports.sources import DELETED, LandedIds, StreamState
from detente.core.errors import InputError
from detente.engine.duck import connect, quoted
from detente.engine.landed import finished_loads
from detente.engine.landing_folder import write_json
from detente.engine.lock import FileLock
from detente.engine.spool import RowSpool

SCHEMA = "detente.cursor/1"
_SUFFIX = ".cursor.json"

_LAST_WORDS = """
    SELECT id, coalesce(arg_max({deleted}, (landed, _line)), 'false') = 'true' AS gone
    FROM (SELECT {key} AS id, * FROM read_parquet($files, union_by_name = true)) AS rows
    JOIN loads ON loads.load_id = rows._load
    WHERE id IS NOT NULL
    GROUP BY id
"""


class StreamsOfWorkspace:
    """The streams of the workspace at `root`; `clock` returns the present instant in microseconds UTC."""

    def __init__(self, root: Path, clock: Callable[[], int]) -> None:
        self._root = root
        self._clock = clock

    def states(self) -> Sequence[StreamState]:
        """Return the state of every stream that was ever read, by source and stream."""
        found = (self._root / "landing").glob(f"*/*{_SUFFIX}")
        return [self.state(path.parent.name, path.name.removesuffix(_SUFFIX)) for path in sorted(found)]

    def state(self, source: str, stream: str) -> StreamState:
        """Return the state of one stream. `InputError` if it cannot be read."""
        path = self._path(source, stream)
        if not path.is_file():
            return StreamState(source, stream)
        from pydantic import TypeAdapter, ValidationError

        try:
            told: StreamState = TypeAdapter(StreamState).validate_json(path.read_bytes(), strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            why = ": ".join([*map(str, first["loc"]), first["msg"]])
            raise InputError(
                f"{path}: how far the stream was read cannot be read ({why}): put the file back from a backup, or "
                "remove it: the stream is then read from its beginning, and nothing counts twice"
            ) from None
        return replace(told, source=source, stream=stream)

    def keep(self, state: StreamState) -> None:
        """Keep a state, in one step."""
        write_json(self._path(state.source, state.stream), {"schema": SCHEMA, **asdict(state)})

    def spool(self, source: str, stream: str, mask: Callable[[str], str]) -> RowSpool:
        """Open the spool of a stream."""
        return RowSpool(self._folder(source), stream, mask)

    def landed_ids(self, source: str, stream: str, key: str) -> LandedIds:
        """Return the ids that finished loads brought: of each, whether its last row says that it is deleted."""
        loads = [load.load_id for load in finished_loads(self._root)]
        files = [
            str(path) for load in loads for path in sorted((self._folder(source) / stream / load).glob("*.parquet"))
        ]
        if not files:
            return LandedIds(frozenset(), frozenset())
        with connect() as con:
            con.execute("CREATE TABLE loads (load_id VARCHAR, landed BIGINT)")
            con.executemany("INSERT INTO loads VALUES (?, ?)", [[load, nth] for nth, load in enumerate(loads)])
            described = con.execute("DESCRIBE SELECT * FROM read_parquet(?, union_by_name = true)", [files]).fetchall()
            columns = {row[0] for row in described}
            if key not in columns:
                return LandedIds(frozenset(), frozenset())
            deleted = quoted(DELETED) if DELETED in columns else "NULL"
            query = _LAST_WORDS.format(key=quoted(key), deleted=deleted)
            rows = con.execute(query, {"files": files}).fetchall()
        alive = frozenset(id_ for id_, gone in rows if not gone)
        return LandedIds(alive, frozenset(id_ for id_, gone in rows if gone))

    def reading(self, source: str) -> AbstractContextManager[None]:
        """Keep others from syncing this source while in the context. `Busy`, naming who does."""
        folder = self._folder(source)
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / ".lock", self._clock, f"syncing {source}").hold(f"detente sync {source}")

    def _folder(self, source: str) -> Path:
        return self._root / "landing" / source

    def _path(self, source: str, stream: str) -> Path:
        return self._folder(source) / f"{stream}{_SUFFIX}"
