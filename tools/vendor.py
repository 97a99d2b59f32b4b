"""Bring the browser's libraries into the product: fetch, check, copy, and write down where each file is from.

    python tools/vendor.py            # needs npm; the files themselves are committed, so nobody else does

Input: `LIBRARIES` below. Output: `<name>@<version>/` under `src/detente/web/static/detente/vendor/`, and
`vendor.lock.json` there: npm's own digest of the package, the licence, and for every file its place in the package and
its SHA-256 here.
`tests/architecture/test_vendor.py` checks the files against the lock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "src" / "detente" / "web" / "static" / "detente" / "vendor"
LOCK = VENDOR / "vendor.lock.json"

# A map that is not there breaks tools that follow it, and nobody debugs a minified file with it.
_SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=[^*]*\*/|^//# sourceMappingURL=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Library:
    """One npm package: the files taken from it, and its licence where the package holds no text of it."""

    folder: str
    package: str
    version: str
    licence: str
    files: tuple[str, ...]
    licence_by_hand: bool = False  # the package names its licence and holds no text of it: ours is kept


ICONS = """
alert-triangle arrow-down arrow-up ban bell briefcase building-community brand-linkedin calendar calendar-event
certificate chart-bar check chevron-down chevron-left chevron-right chevron-up circle-check circle-dashed circle-off
circle-x clock clock-exclamation copy database device-desktop dots download external-link eye file-text flask forms
git-compare history home inbox info-circle link list mail mail-opened message minus moon phone printer question-mark
refresh route scale search shield-check sun table target trophy user users video world x
""".split()

LIBRARIES = (
    Library("tabler", "@tabler/core", "1.6.1", "MIT", ("dist/css/tabler.min.css",), licence_by_hand=True),
    Library("htmx", "htmx.org", "2.0.11", "0BSD", ("dist/htmx.min.js", "LICENSE")),
    Library(
        "tabler-icons", "@tabler/icons", "3.52.0", "MIT", (*(f"icons/outline/{name}.svg" for name in ICONS), "LICENSE")
    ),
)


def main() -> None:
    """Fetch every library anew and write the lock."""
    locked = []
    for library in LIBRARIES:
        with tempfile.TemporaryDirectory() as scratch:
            locked.append(_brought(library, Path(scratch)))
    LOCK.write_text(json.dumps({"libraries": locked}, indent=1) + "\n", encoding="utf-8")


def _brought(library: Library, scratch: Path) -> dict[str, object]:
    asked = [f"{library.package}@{library.version}", "--ignore-scripts", "--json", "--pack-destination", str(scratch)]
    told = json.loads(subprocess.run(["npm", "pack", *asked], check=True, capture_output=True, text=True).stdout)
    told = told[0] if isinstance(told, list) else next(iter(told.values()))
    archive = next(scratch.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if told["integrity"] != f"sha512-{digest}":
        raise SystemExit(f"{archive.name}: its digest is sha512-{digest}, and the registry says {told['integrity']}")
    folder = VENDOR / f"{library.folder}@{library.version}"
    kept = (folder / "LICENSE").read_bytes() if library.licence_by_hand else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if kept is not None:
        (folder / "LICENSE").write_bytes(kept)
    files = {}
    with tarfile.open(archive) as package:
        for source in library.files:
            member = package.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{library.package}: {source} is no file")
            content = _SOURCE_MAP.sub(b"", member.read())
            name = Path(source).name
            (folder / name).write_bytes(content)
            files[name] = {"source": source, "sha256": hashlib.sha256(content).hexdigest()}
    if kept is not None:
        files["LICENSE"] = {"source": "package.json", "sha256": hashlib.sha256(kept).hexdigest()}
    return {
        "folder": folder.name,
        "package": library.package,
        "version": library.version,
        "integrity": told["integrity"],
        "licence": library.licence,
        "files": files,
    }


if __name__ == "__main__":
    main()
