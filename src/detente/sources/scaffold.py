"""The texts of a new connector, which work as they are: a connector, its mapping, its README and its test.

Input: the name of the new one. The texts are those of `sources.newsystem`, with the new name in the place of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from detente.core.errors import UsageError
from detente.sources import newsystem
from detente.sources.registry import OWN

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FOLDER = Path(newsystem.__file__).parent
_OLD = _FOLDER.name
_FILES = ("source.py", "mapping.yaml", "README.md", f"test_{_OLD}.py")


def new_connector(name: str) -> Mapping[str, str]:
    """Return the texts by their paths in a workspace. `UsageError` for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be the name of a connector: write small letters, digits and _, beginning with a letter"
        )

    def named(text: str) -> str:
        return text.replace(_OLD, name).replace(_OLD.title(), name.title().replace("_", ""))

    texts = {file: (_FOLDER / file).read_text(encoding="utf-8") for file in _FILES}
    return {f"{OWN}{name}/{named(file)}": named(text) for file, text in texts.items()}
