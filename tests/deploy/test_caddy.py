"""The configuration for Caddy, with a real Caddy and its own certificate authority before a real service."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import ROOT, environment, free_port, freehold, serving

BASE = "example.test"
SHOP = "shop.customer.test"
LATE = "late.customer.test"


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Caddy before the service: its ports, and the certificate of its authority."""

    folder: Path
    http_port: int
    https_port: int

    def get(self, host: str, path: str = "/health") -> Response:
        """A request over TLS for this host name, which is verified. Raises ``ssl.SSLError``."""
        context = ssl.create_default_context(cafile=str(self.folder / "caddy/pki/authorities/local/root.crt"))
        connection = http.client.HTTPConnection(host, timeout=30)
        plain = socket.create_connection(("127.0.0.1", self.https_port), 30)
        connection.sock = context.wrap_socket(plain, server_hostname=host)
        try:
            return _response(connection, host, path)
        finally:
            connection.close()

    def plain(self, host: str, path: str = "/health") -> Response:
        """A request without TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        try:
            return _response(connection, host, path)
        finally:
            connection.close()

    def freehold(self, *arguments: str) -> str:
        return freehold(list(arguments), folder=self.folder, environ=SETTINGS)


def _response(connection: http.client.HTTPConnection, host: str, path: str) -> Response:
    connection.request("GET", path, headers={"Host": host, "X-Forwarded-Host": "demo.example.test"})
    found = connection.getresponse()
    return Response(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read().decode())


SETTINGS = {"BASE_DOMAINS": BASE, "TRUSTED_PROXIES": "127.0.0.1", "CACHE_SECONDS": "0"}


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A service with the tenants acme, which has a domain of its own, and demo; and Caddy before it."""
    binary = shutil.which("caddy")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have Caddy")
        pytest.skip("NOT TESTED WITH CADDY: install caddy")
    folder = tmp_path_factory.mktemp("edge")
    edge, port = Edge(folder, free_port(), free_port()), free_port()
    edge.freehold("setup")
    for slug in ("acme", "demo"):
        edge.freehold("tenants", "create", slug, "--name", slug.title())
    edge.freehold("tenants", "domains", "add", "acme", SHOP, "--trusted")
    environ = SETTINGS | {"PORT": str(port)}
    with serving(folder=folder, port=port, environ=environ), caddy(binary, edge, port):
        yield edge


def caddy(binary: str, edge: Edge, port: int) -> "_Caddy":
    upstream = f"127.0.0.1:{port}"
    options = [
        "local_certs",
        "skip_install_trust",
        "admin off",
        f"storage file_system {edge.folder / 'caddy'}",
        f"http_port {edge.http_port}",
        f"https_port {edge.https_port}",
        "default_bind 127.0.0.1",
    ]
    environ = {
        "HOME": str(edge.folder),
        "BASE_DOMAIN": BASE,
        "FREEHOLD": upstream,
        "FREEHOLD_ASK": upstream,
        "ACME_EMAIL": "hostmaster@example.test",
        "CADDY_GLOBAL": "\n".join(options),
    }
    return _Caddy(binary, edge, environ)


class _Caddy:
    """Caddy, from when it serves the central host until the block ends."""

    def __init__(self, binary: str, edge: Edge, environ: Mapping[str, str]) -> None:
        self._command = [binary, "run", "--adapter", "caddyfile", "--config"]
        self._command.append(str(ROOT / "deploy/caddy/Caddyfile"))
        self._edge = edge
        self._environ = environment(environ)

    def __enter__(self) -> None:
        log = self._edge.folder / "caddy.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(self._command, env=self._environ, stdout=out, stderr=out)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError):
                if self._edge.get(BASE).status == 200:
                    return
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)


def test_each_tenant_is_served_under_its_names(edge: Edge) -> None:
    for host, slug in ((f"acme.{BASE}", "acme"), (f"demo.{BASE}", "demo"), (SHOP, "acme")):
        response = edge.get(host, "/api/v1/tenant")
        assert response.status == 200
        assert f'"slug":"{slug}"' in response.body, "the proxy must not pass X-Forwarded-Host on"
        assert response.headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_name_of_nobody_gets_no_certificate_until_it_is_a_tenants(edge: Edge) -> None:
    for host in ("stranger.test", f"nobody.{BASE}", f"a.b.{BASE}", LATE):
        with pytest.raises(ssl.SSLError):
            edge.get(host)
    edge.freehold("tenants", "domains", "add", "demo", LATE, "--trusted")
    assert edge.get(LATE).status == 404  # /health is a page of the central host
    assert '"slug":"demo"' in edge.get(LATE, "/api/v1/tenant").body


def test_without_tls_browsers_are_redirected(edge: Edge) -> None:
    for host in (f"acme.{BASE}", SHOP):
        response = edge.plain(host, "/login")
        assert response.status in {301, 308}
        assert response.headers["location"].startswith(f"https://{host}")


def test_what_the_proxy_asks_cannot_be_asked_through_it(edge: Edge) -> None:
    for host in (BASE, f"acme.{BASE}", SHOP):
        for path in (f"/internal/tls/ask?domain=acme.{BASE}", "/metrics"):
            assert edge.get(host, path).status == 404
