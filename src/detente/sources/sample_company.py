"""The sample company Northwind Cloud: finds its files, and runs its generator.

Input: `examples/northwind`, beside the package when it is installed, or in the checkout. Implements
`app.ports.sample.SampleCompany`.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import detente
from detente.app.ports.sample import SampleSize
from detente.core.errors import UsageError

_PACKAGE = Path(detente.__file__).parent
_PLACES = (_PACKAGE / "examples" / "northwind", _PACKAGE.parents[1] / "examples" / "northwind")
_TRUTH = "truth.json"


class Northwind:
    """Northwind Cloud. What it says of each method is said in the port."""

    name = "Northwind Cloud"
    timezone = "Europe/Berlin"

    def __init__(self) -> None:
        self._folder = next((place for place in _PLACES if (place / "generate.py").is_file()), _PLACES[0])

    def texts(self) -> Mapping[str, str]:
        """Return the agreement and the mappings."""
        agreement = self._file("agreement.yaml")
        mappings = sorted(self._file("mappings").glob("*.yaml"))
        paths = {f"agreements/{agreement.name}": agreement} | {f"mappings/{path.name}": path for path in mappings}
        return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}

    def exports(self) -> Mapping[str, str]:
        """Return the folders of the exports with their mappings, which have the same names."""
        return {path.stem: f"mappings/{path.name}" for path in sorted(self._file("mappings").glob("*.yaml"))}

    def make(self, folder: Path, size: SampleSize) -> None:
        """Write the exports: into a folder beside it first, which is then put in its place."""
        unfinished = folder.with_name(f".{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._generator()(unfinished, size.people, size.seed, size.until)
        except ValueError as error:
            raise UsageError(f"the sample company: {error}") from None
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)

    def made(self, folder: Path) -> SampleSize | None:
        """Return what was made in the folder."""
        try:
            truth = json.loads((folder / _TRUTH).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return SampleSize(date.fromisoformat(truth["until"]), truth["totals"]["persons"], truth["seed"])

    def _generator(self) -> Callable[[Path, int, int, date], Any]:
        spec = importlib.util.spec_from_file_location("northwind_generate", self._file("generate.py"))
        if spec is None or spec.loader is None:
            raise UsageError(f"{self._folder} cannot be loaded: install Détente again")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        generate: Callable[[Path, int, int, date], Any] = module.generate
        return generate

    def _file(self, name: str) -> Path:
        file = self._folder / name
        if not file.exists():
            raise UsageError(f"the sample company is not part of this installation ({file}): install Détente again")
        return file
