"""Opens a database so that it can only be read, and says what is wrong where it cannot be opened, without its password.

Input: the URL of a database as SQLAlchemy writes it.
"""

from __future__ import annotations

from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from detente.core.errors import SourceError, SourceRefused, SourceUnready, UsageError
from detente.sources.kit.secrets import MASK

_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql", "mssql": "pyodbc", "oracle": "oracledb"}
"""Database → the driver to install."""


def engine_of(secret: SecretStr) -> Engine:
    """Return the engine of a database. `UsageError` for a URL that cannot be read, or without the driver."""
    try:
        url = make_url(secret.get_secret_value())
    except (ArgumentError, ValueError):
        # What SQLAlchemy says of it repeats the URL, or a part of the password that it takes for the port.
        raise UsageError(
            "url: it cannot be read: write it as postgresql+psycopg://user:password@host/database, signs such as @ or "
            "/ in a password as %40 or %2F"
        ) from None
    url = _with_driver(url)
    options = {"postgresql": {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}}
    try:
        return create_engine(url, execution_options=options.get(url.get_backend_name(), {}))
    except NoSuchModuleError:
        raise UsageError(f"url: SQLAlchemy knows no database '{url.drivername}': check the part before ://") from None
    except ModuleNotFoundError as error:
        driver = _DRIVERS.get(url.get_backend_name(), error.name)
        raise UsageError(f"url: {url.drivername} needs a driver: pip install {driver}") from None


def _with_driver(url: URL) -> URL:
    """Return the URL with the driver that is kept up, and an SQLite file as one that is never made or written."""
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        file = url.database if url.database.startswith("file:") else f"file:{quote(url.database)}"
        return url.set(database=file).update_query_dict({"mode": "ro", "uri": "true"})
    return url


def refusal(error: SQLAlchemyError, stream: str, url: URL) -> SourceError:
    """Return what a database said, in one line without the statement and without a password, and what to check."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    if url.password:
        said = said.replace(str(url.password), MASK)
    answer = f"stream {stream}: the database answers: {said}"
    if isinstance(error, DBAPIError) and (error.connection_invalidated or error.statement is None):
        return SourceUnready(f"{answer}. Check that it runs and that the url is right, then sync again")
    return SourceRefused(f"{answer}. Check the table, the columns and the query, and that the user may read them")
