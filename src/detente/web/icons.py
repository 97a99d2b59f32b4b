"""Icons: Tabler's outlines, kept among the static files and written into the page. Input: an icon's name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "static" / "detente" / "vendor" / "tabler-icons@3.52.0"
_PATHS = re.compile(r"<path\s+d=\"[^\"]+\"\s*/>")


@cache
def drawing(name: str) -> str:
    """Return the paths of an icon of 24 × 24 units. KeyError if there is no icon of that name."""
    file = _FOLDER / f"{name}.svg"
    if not file.is_file():
        raise KeyError(f"there is no icon '{name}' in {_FOLDER.name}")
    return "".join(_PATHS.findall(file.read_text(encoding="utf-8")))
