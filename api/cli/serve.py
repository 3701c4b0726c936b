"""``freehold serve``: runs uvicorn with the settings of this application."""

import os
import socket
import sys
from contextlib import suppress
from functools import partial
from tempfile import TemporaryDirectory
from typing import Final

import rich_click as click
import uvicorn

from api.cli.console import fail, say
from api.cli.session import load_settings, run
from api.composition import Platform
from api.server.client_connections import raise_descriptor_limit
from api.server.logs import configure_logs
from api.server.supervisor import CANNOT_START, Supervisor
from api.server.uvicorn_config import uvicorn_config
from central.secrets.key_check import KeyCheck
from central.settings.settings import Settings
from piccolo_engines.memory import use_one_arena

__all__ = ["serve"]

_WORKER: Final = ("-P", "-m", "api.cli.serve_worker")


@click.command()
@click.option("--host", help="The address to listen on. Default: HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on. Default: PORT.")
@click.option("--workers", type=click.IntRange(1, 256), help="The number of processes. Default: WORKERS.")
@click.option("--migrate", is_flag=True, help="Migrate the central database first.")
def serve(host: str | None, port: int | None, workers: int | None, migrate: bool) -> None:
    """Serve until stopped. Running requests are finished first, within SHUTDOWN_TIMEOUT.

    With several processes, one that dies is replaced, and SIGHUP replaces all without failing a request.

    Refuses to start if the central database is not up to date.
    """
    if port is not None:
        os.environ["PORT"] = str(port)  # the application's processes make links with it
    if workers is not None:
        os.environ["WORKERS"] = str(workers)  # they share the database connections
    use_one_arena()  # before there are threads
    settings = load_settings()
    host, port = host or settings.host, settings.port
    token = run(settings, partial(_prepare, migrates=migrate), is_migrating=migrate)
    _require_free(host, port)
    raise_descriptor_limit()  # before there are further processes, which inherit it
    configure_logs(settings.log_level, settings.log_format)
    url = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}" if settings.local else None
    if settings.workers > 1:
        _supervise(settings, host, url, token)
    else:
        _serve(uvicorn_config(settings, host), url, token)


class _Server(uvicorn.Server):
    """Prints the URL once it accepts connections, unless it is ``None``."""

    def __init__(self, config: uvicorn.Config, url: str | None, token: str | None) -> None:
        super().__init__(config)
        self._url = url
        self._token = token

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._url is not None:
            say(f"Freehold serves {self._url}: the API at /schema, the operators' pages at /admin/")
            _say_link(self._url, self._token)


def _serve(config: uvicorn.Config, url: str | None, token: str | None) -> None:
    """Serve in this process, until stopped.

    :param token: of the link that creates the first tenant; None if there is a tenant.
    """
    server = _Server(config, url, token)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(CANNOT_START)


def _supervise(settings: Settings, host: str, url: str | None, token: str | None) -> None:
    """Serve in several processes, until stopped. Each starts as a new program: maybe a newer one."""
    listening = uvicorn_config(settings, host).bind_socket()
    if url is not None:
        say(f"Freehold starts {settings.workers} processes for {url}")
        _say_link(url, token)
    os.environ["WORKERS"] = str(settings.workers)
    with TemporaryDirectory(prefix="freehold-metrics-") as folder:
        os.environ.setdefault("METRICS_DIR", folder)  # for the processes
        supervisor = Supervisor(
            [sys.executable, *_WORKER],
            listening,
            settings.workers,
            shutdown_seconds=settings.shutdown_timeout,
        )
        status = supervisor.run()
    sys.exit(status)


def _say_link(url: str, token: str | None) -> None:
    if token is not None:
        say(f"There is no tenant yet. Create the first one in a browser: {url}/first#{token}")


def _require_free(host: str, port: int) -> None:
    """End the command if the port is not available, before the server starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # without the address that Python adds
        fail(f"Port {port} of {host} is not available: {reason}. Choose another one with PORT or --port.")


async def _prepare(platform: Platform, *, migrates: bool) -> str | None:
    """Migrate if requested. Returns the token of the link that creates the first tenant, if there is none."""
    if migrates:
        await platform.central_migrator.migrate(platform.central_engine)
        await KeyCheck(platform.vault).require()
    if not platform.settings.local or (await platform.registry.page(1)).items:
        return None
    return platform.first_tenant_links.create()
