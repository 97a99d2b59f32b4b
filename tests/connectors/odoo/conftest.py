"""An Odoo server with sales and e-mail marketing, filled through its own interface; its e-mail ends on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
import requests

from ..conftest import free_port

MODULES = "crm,mass_mailing,mass_mailing_crm"
KEYS = """
def user(login, *groups):
    wanted = [env.ref(group).id for group in groups]
    return env["res.users"].create({"name": login, "login": login, "group_ids": [(6, 0, wanted)]})

def key(user):
    return env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "detente", None)

reading = ("base.group_user", "sales_team.group_sale_salesman_all_leads", "mass_mailing.group_mass_mailing_user")
users = (env.ref("base.user_admin"), user("all", "base.group_system", *reading), user("some", *reading))
print("KEYS", *map(key, users))
env["ir.config_parameter"].set_param("web.base.url", "{url}")
env.cr.commit()
"""


class Odoo:
    """One database of a running server. `key` may read everything, `modest_key` all but tracked changes."""

    def __init__(self, url: str, database: str, keys: list[str]) -> None:
        self.url = url
        self.database = database
        self._filling, self.key, self.modest_key = keys

    def call(self, model: str, method: str, **arguments: object) -> Any:
        """Ask the JSON interface, and return what it answers."""
        headers = {"Authorization": f"bearer {self._filling}", "X-Odoo-Database": self.database}
        answer = requests.post(f"{self.url}/json/2/{model}/{method}", json=arguments, headers=headers, timeout=60)
        assert answer.ok, f"{model}.{method}: {answer.status_code} {answer.json()['message']}"
        return answer.json()

    def create(self, model: str, /, **values: object) -> int:
        """Create a record, and return its id."""
        made: int = self.call(model, "create", vals_list=[values])[0]
        return made

    def write(self, model: str, id_: int, /, **values: object) -> None:
        """Change fields of a record."""
        self.call(model, "write", ids=[id_], vals=values)

    def find(self, model: str, /, **values: object) -> int:
        """Return the id of the one record with these values."""
        found: list[int] = self.call(model, "search", domain=[[name, "=", value] for name, value in values.items()])
        assert len(found) == 1
        return found[0]

    def ref(self, name: str) -> int:
        """Return the id of a record that a module brought."""
        module, _, name = name.partition(".")
        data = self.call("ir.model.data", "search_read", domain=[["module", "=", module], ["name", "=", name]])
        id_: int = data[0]["res_id"]
        return id_


class _Mailbox(StreamRequestHandler):
    """Takes every e-mail, and keeps it."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.taken.append(body.decode())  # type: ignore[attr-defined]
            self._say("221 bye" if word == b"QUIT" else "250 good")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """The port of a mail server that delivers nothing, and the e-mails that it took."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        taken: list[str] = []
        server.taken = taken  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


@pytest.fixture(scope="session")
def odoo(real_system: Callable[..., Path], start: Callable[..., None], postgres, tmp_path_factory) -> Odoo:
    """A running server with an empty customer side."""
    folder, data = real_system("odoo", "server"), tmp_path_factory.mktemp("odoo")
    database = postgres.new().rpartition("/")[2].partition("?")[0]
    port = free_port()
    url, settings = f"http://127.0.0.1:{port}", data / "odoo.conf"
    packages = folder / "server/usr/lib/python3/dist-packages"
    settings.write_text(
        f"[options]\ndb_host = {postgres.folder}\ndb_user = detente\ndb_name = {database}\ndata_dir = {data}\n"
        f"addons_path = {packages}/odoo/addons\nhttp_interface = 127.0.0.1\nhttp_port = {port}\n"
        "max_cron_threads = 0\nworkers = 0\n"
    )
    program = [str(folder / "venv/bin/python"), "-W", "ignore", str(folder / "server/usr/bin/odoo")]
    paths = {"PYTHONPATH": str(packages)}

    def run(*arguments: str, said: str = "") -> str:
        done = subprocess.run(
            [*program, *arguments, "-c", str(settings)],
            check=False,
            input=said,
            env=paths,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    run("-i", MODULES, "--without-demo=all", "--stop-after-init")
    told = run("shell", "--no-http", said=KEYS.replace("{url}", url))
    keys = next(line.split()[1:] for line in told.splitlines() if line.startswith("KEYS"))
    start([*program, "-c", settings], f"{url}/web/login", data / "log", paths)
    return Odoo(url, database, keys)
