"""What is told of a connector. Given by `sources.catalogue`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting of a source: a key of its table, or a secret, which has a variable of the environment instead.

    `name` is dotted where it is a key of a table below that of the source, with the part that one chooses in capitals
    (`streams.STREAM.table`). `default` is written as in TOML; None where there is none.
    """

    name: str
    about: str
    required: bool
    secret: bool
    default: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectorInfo:
    """A connector: what `system` names it by, what it reads, and what it needs to know.

    `trouble` is why one of a workspace's own cannot be used; nothing else is known of it then.
    """

    system: str
    about: str
    settings: tuple[SettingInfo, ...] = ()
    trouble: str | None = None
