"""The Django settings of a PostgreSQL database, and what to say where it cannot be used.

Input: a URL as libpq reads it: `postgresql://user:password@host:port/database?sslmode=require`, or
`postgresql:///database?host=/run/postgresql` for a socket. A password is never shown.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, connection

from detente.core.errors import InputError, UsageError

SCHEMES = ("postgresql://", "postgres://")
CONNECT_SECONDS = 10
"""How long to wait for a server that does not answer."""

_PARTS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
"""libpq's words → Django's."""

_NO_RIGHT = "42501"
"""SQLSTATE of a right that is missing."""


def postgres_settings(url: str) -> dict[str, Any]:
    """Return Django's settings of the database. UsageError for another kind of URL, or without psycopg."""
    if not url.startswith(SCHEMES):
        raise UsageError(
            "the database's URL must begin with postgresql:// (without one, the workspace keeps an SQLite file): "
            "mend url under [database] in detente.toml, or DETENTE_DATABASE_URL"
        )
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise UsageError(
            f"a PostgreSQL database needs psycopg, which is not usable here ({error}): install the extra 'postgres' "
            "(pip install 'detente[postgres]')"
        ) from None
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        # What libpq says of it repeats the URL, and with it the password.
        raise UsageError(
            "the database's URL cannot be read: write postgresql://user:password@host:port/database, signs such as @ "
            "or / in a password as %40 or %2F"
        ) from None
    if "dbname" not in parts:
        raise UsageError("the database's URL names no database: write postgresql://user@host:port/database")
    chosen = {word: str(parts.pop(part)) for part, word in _PARTS.items() if part in parts}
    options = {"connect_timeout": CONNECT_SECONDS, **parts}
    return {"ENGINE": "django.db.backends.postgresql", **chosen, "OPTIONS": options}


def lacks_right(error: DatabaseError) -> bool:
    """Whether the user may not do what was tried: what psycopg said is behind what Django makes of it."""
    behind: BaseException | None = error
    while behind is not None:
        if getattr(behind, "sqlstate", None) == _NO_RIGHT:
            return True
        behind = behind.__cause__ or behind.__context__
    return False


def unreachable(error: DatabaseError) -> InputError:
    """Return what to say where the default database of the process answered with an error, or not at all."""
    known = connection.settings_dict
    where = f"database {known['NAME']} on {known['HOST'] or 'this machine'}"
    said = " ".join(str(error).split())
    if lacks_right(error):
        user = known["USER"] or "the user"
        return InputError(
            f"{where}: {user} lacks a right ({said}). Let {user} own the database, or grant it: "
            f"GRANT TEMPORARY ON DATABASE {known['NAME']} TO {user}; GRANT CREATE, USAGE ON SCHEMA public TO {user}"
        )
    return InputError(
        f"{where} cannot be used ({said}). Check that the server runs and lets this user in, and that url under "
        "[database] in detente.toml, or DETENTE_DATABASE_URL, is right"
    )
