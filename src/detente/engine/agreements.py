"""The agreement texts in the workspace's folder: implements the port `app.ports.agreements.Agreements`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detente.core.errors import InputError, UsageError


class AgreementFolder:
    """The `*.yaml` files of `<workspace>/agreements`: the versions of one agreement."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def texts(self) -> Sequence[tuple[str, str]]:
        """Return (file, text) of every version, sorted by file name; files are named relative to the workspace."""
        files = sorted((*self._folder.glob("*.yaml"), *self._folder.glob("*.yml")))
        if not files:
            raise UsageError(
                f"there is no agreement in {self._folder}: put its text there as a .yaml file, or run `detente init` "
                "for one to begin with"
            )
        return [(f"{self._folder.name}/{file.name}", _text(file)) for file in files]


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 at byte {error.start}: save the agreement as UTF-8") from error
