"""Two provinces in one installation, hubei and hunan: their file, their data, and both served in this process."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

from ncre.bootstrap import Container, build_container
from ncre.cli.processes.serve import by_host
from ncre.cli.tenancy.in_force import TenantsInForce
from ncre.config.tenants import Tenant, read_tenants
from ncre.operational.private_files import write
from ncre.server.serving import ServerThread, listen
from tests.clients.rsa_keys import new_keys, pem, public_pem

NAMES = ("hubei", "hunan")
OWN, ALIPAYS = new_keys()
"""The provinces' application key, and Alipay's, with which it signs notices to both."""


@dataclass(frozen=True)
class Provinces:
    """Where they are served once they are, and the environment of the processes."""

    file: Path
    port: int
    environment: Mapping[str, str]

    def container(self, name: str) -> Container:
        """A container of a province beside the served one, to be closed by whoever asked."""
        return build_container(self.tenant(name).read().settings)

    def tenant(self, name: str) -> Tenant:
        return next(one for one in read_tenants(self.environment) if one.name == name)

    def ask(
        self,
        host: str,
        path: str,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of a request for this host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {
            "Host": f"{host}:{self.port}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def host(name: str) -> str:
    return f"{name}.example.org"


def planned(folder: Path, urls: Mapping[str, str] | None = None, port: int = 80) -> Provinces:
    """The file and the folders; no tables. `urls` are databases, else each has a SQLite file."""
    blocks = [_table(folder, name, port, (urls or {}).get(name, "")) for name in NAMES]
    write(folder / "own.pem", pem(OWN).encode())
    write(folder / "alipay.pem", public_pem(ALIPAYS).encode())
    file = folder / "tenants.toml"
    write(file, "\n".join(blocks).encode())
    environment = {
        "NCRE_TENANTS": str(file),
        "NCRE_PRODUCTION": "0",
        "NCRE_SECURE_COOKIES": "0",
        "NCRE_CAPTCHA": "never",
        "NCRE_STAFF_FACTOR": "optional",
        "NCRE_PHOTO_WORKERS": "0",
    }
    return Provinces(file, port, environment)


def _table(folder: Path, name: str, port: int, url: str) -> str:
    (folder / name).mkdir(mode=0o700)
    (folder / "keys" / name).mkdir(parents=True)
    write(folder / "keys" / name / "secret.key", token_hex(32).encode())
    return f"""[{name}]
hosts = ["{host(name)}", "www.{host(name)}"]
public_url = "http://{host(name)}:{port}"
data = "{folder / name}"
secret_file = "{folder / "keys" / name / "secret.key"}"
ledger_key_file = "{folder / "keys" / name / "ledger.key"}"
alipay_app_id = "2021-{name}"
alipay_seller_id = "2088-{name}"
alipay_key = "{folder / "own.pem"}"
alipay_public_key = "{folder / "alipay.pem"}"
{f'database_url = "{url}"' if url else ""}
"""


def migrated(provinces: Provinces) -> Provinces:
    """With their tables, and a key of each ledger."""
    for name in NAMES:
        ledger = provinces.file.parent / "keys" / name / "ledger.key"
        write(ledger, token_hex(32).encode())
        container = provinces.container(name)
        container.migrate()
        container.close()
    return provinces


@contextmanager
def served(folder: Path, urls: Mapping[str, str] | None = None) -> Iterator[Provinces]:
    """Both, behind one port of loopback."""
    listening = listen("127.0.0.1", 0)
    provinces = migrated(planned(folder, urls, listening.getsockname()[1]))
    server = ServerThread(by_host(TenantsInForce(provinces.environment), 2), listening)
    try:
        yield provinces
    finally:
        server.stop()
