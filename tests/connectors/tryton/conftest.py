"""A Tryton server with one company, filled through its own interfaces as people and their programs would."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from ..conftest import free_port

PASSWORD = "of the test alone"
CONTEXT = {"company": 1, "employee": 1}


def coded(value: object) -> str:
    """A value as Tryton takes it in queries and headers."""
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


class Tryton:
    """One database of a running server; `key` reads only, the filling is done with the administrator's key."""

    database = "crm"

    def __init__(self, url: str) -> None:
        self.url = url
        user, token, *_ = self._rpc("common.db.login", "admin", {"password": PASSWORD})
        self._session = f"admin:{user}:{token}"
        self._filling = self._key_of_administrator(user)
        self.employees = self._company()
        self.key = self._reader()

    def call(self, method: str, path: str, data: object = None, **query: Any) -> Any:
        """Ask the REST interface, and return what it answers."""
        answer = requests.request(
            method,
            f"{self.url}/{self.database}/rest/model/{path}",
            json=data,
            params=query,
            headers={"Authorization": f"Bearer {self._filling}", "X-Tryton-Context": coded(CONTEXT)},
            timeout=60,
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def create(self, model: str, /, **values: object) -> int:
        """Create a record, and return its id."""
        made: int = self.call("POST", model, values)["id"]
        return made

    def write(self, model: str, id_: int, /, **values: object) -> None:
        """Change fields of a record."""
        self.call("PUT", f"{model}/{id_}", values)

    def press(self, model: str, id_: int, button: str) -> None:
        """Press a button of a record's form."""
        self.call("POST", f"{model}/{id_}/{button}", {})

    def delete(self, model: str, id_: int) -> None:
        """Delete a record."""
        self.call("DELETE", f"{model}/{id_}")

    def replace(self, party: int, by: int) -> None:
        """Merge a party into another, as the wizard of Tryton's own clients does."""
        wizard, *_ = self._rpc("wizard.party.replace.create", {})
        parties = {"ask": {"source": party, "destination": by}}
        self._rpc("wizard.party.replace.execute", wizard, parties, "replace", CONTEXT)

    def _rpc(self, method: str, *params: object) -> Any:
        """Ask the interface that Tryton's own clients use; an error comes with 200."""
        session = getattr(self, "_session", None)
        headers = {"Authorization": "Session " + b64encode(session.encode()).decode()} if session else {}
        body = {"id": 1, "method": method, "params": params}
        answer = requests.post(f"{self.url}/{self.database}/rpc/", json=body, headers=headers, timeout=60).json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _key_of_administrator(self, user: int) -> str:
        made = self._rpc("model.res.user.application.create", [{"application": "rest", "user": user}], {})
        key: str = self._rpc("model.res.user.application.read", made, ["key"], {})[0]["key"]
        return key

    def _company(self) -> dict[str, int]:
        euro = {"name": "Euro", "code": "EUR", "symbol": "€", "digits": 2, "rounding": decimal("0.01")}
        currency = self.create("currency.currency", **euro)
        company = self.create("company.company", party=self.create("party.party", name="Own Ltd"), currency=currency)
        people = {name: self.create("party.party", name=name) for name in ("Rita Rep", "Sam Seller")}
        found = {name: self.create("company.employee", party=party, company=company) for name, party in people.items()}
        self.write("res.user", 1, companies=[["add", [company]]], company=company)
        return found

    def _reader(self) -> str:
        """A user who may read opportunities and write nothing, as the guide says to make one."""
        group = self.create("res.group", name="Reads opportunities")
        self.create("ir.model.access", model="sale.opportunity", group=group, perm_read=True, perm_write=False)
        user = self.create(
            "res.user", name="Détente", login="detente", companies=[["add", [1]]], company=1, groups=[["add", [group]]]
        )
        made = self.create("res.user.application", user=user, application="rest")
        key: str = self.call("GET", f"res.user.application/{made}", f="key")["key"]
        return key


def decimal(digits: str) -> dict[str, str]:
    """A decimal as Tryton writes it."""
    return {"__class__": "Decimal", "decimal": digits}


@pytest.fixture(scope="session")
def tryton(real_system: Callable[..., Path], start: Callable[..., None], tmp_path_factory) -> Tryton:
    """A running server with an empty customer side."""
    folder, data = real_system("tryton", "stamp"), tmp_path_factory.mktemp("tryton")
    port = free_port()
    url, settings = f"http://127.0.0.1:{port}", data / "trytond.conf"
    settings.write_text(f"[database]\nuri = sqlite://\npath = {data}\n[web]\nlisten = 127.0.0.1:{port}\n")
    modules = folder / f"{Tryton.database}.sqlite"
    if not modules.exists():
        activate(folder, settings, data)
        shutil.copy(data / modules.name, modules.with_suffix(".new"))
        modules.with_suffix(".new").rename(modules)
    shutil.copy(modules, data / modules.name)
    start([folder / "venv/bin/trytond", "-c", settings, "-d", Tryton.database], url, data / "log", {})
    return Tryton(url)


def activate(folder: Path, settings: Path, data: Path) -> None:
    """Make a database with the modules that are read: half a minute, once for each version."""
    (data / f"{Tryton.database}.sqlite").touch()
    (data / "password").write_text(PASSWORD)
    command = [folder / "venv/bin/trytond-admin", "-c", settings, "-d", Tryton.database, "--activate-dependencies"]
    command += ["-l", "en", "--email", "admin@example.com", "-u", "sale_opportunity"]
    subprocess.run(command, check=True, env={"TRYTONPASSFILE": str(data / "password")}, capture_output=True)
