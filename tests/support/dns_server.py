"""A DNS server of a test's own, on loopback: Knot, whose records are changed as RFC 2136 says."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.update

from tests.support.servers import ServerMissing, free_port, server_folder

__all__ = ["DnsServer", "dns_server"]

_START_SECONDS = 20
_CONFIGURATION = """\
server:
  listen: 127.0.0.1@{port}
  rundir: {folder}
database:
  storage: {folder}
log:
  - target: stderr
    any: warning
acl:
  - id: local
    address: 127.0.0.1
    action: update
zone:
  - domain: {zone}
    storage: {folder}
    file: zone
    acl: local
    zonefile-sync: -1
"""
_ZONE = "$TTL 1\n@ SOA ns hostmaster 1 3600 600 86400 1\n@ NS ns\nns A 127.0.0.1\n"


@dataclass(frozen=True, slots=True)
class DnsServer:
    """A running server, which has one zone. It refuses questions about other names."""

    zone: str
    port: int

    def put(self, name: str, kind: str, *texts: str) -> None:
        """Replace the records of a name, which is relative to the zone; without texts delete them."""
        update = dns.update.UpdateMessage(self.zone)
        if texts:
            update.delete(name, kind)
            for text in texts:
                update.add(name, 1, kind, text)
        else:
            update.delete(name, kind)
        response = dns.query.tcp(update, "127.0.0.1", port=self.port, timeout=10)
        assert response.rcode() == dns.rcode.NOERROR, response


@contextlib.contextmanager
def dns_server(zone: str = "customer.example") -> Iterator[DnsServer]:
    """Start the server, and stop it after the block.

    :raises ServerMissing: when Knot is not installed, or does not start.
    """
    binary = shutil.which("knotd", path="/usr/sbin:/usr/local/sbin") or shutil.which("knotd")
    if binary is None:
        raise ServerMissing("no knotd: install knot")
    with server_folder("knot-") as folder:
        server = DnsServer(zone, free_port())
        configuration = folder / "knot.conf"
        configuration.write_text(_CONFIGURATION.format(port=server.port, folder=folder, zone=zone))
        (folder / "zone").write_text(_ZONE)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([binary, "-c", str(configuration)], stderr=log, stdout=log)
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait(server: DnsServer, process: "subprocess.Popen[bytes]") -> None:
    question = dns.message.make_query(server.zone, "SOA")
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, dns.exception.DNSException):
            if dns.query.udp(question, "127.0.0.1", port=server.port, timeout=0.5).answer:
                return
        time.sleep(0.05)
    raise ServerMissing("knotd does not respond")
