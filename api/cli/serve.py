"""``freehold serve``: runs uvicorn with the settings of this application."""

import os
import socket
import sys
from contextlib import suppress
from functools import partial
from math import ceil
from tempfile import TemporaryDirectory
from typing import Final

import rich_click as click
import uvicorn
from uvicorn.supervisors import Multiprocess

from api.cli.console import fail, say
from api.cli.session import load_settings, run
from api.composition import Platform
from api.server.client_connections import BACKLOG, raise_descriptor_limit
from api.server.logs import configure_logs
from api.server.protocol import ProblemProtocol
from api.server.shutdown import grace_of
from central.secrets.key_check import KeyCheck
from central.settings.settings import Settings
from piccolo_engines.memory import use_one_arena

__all__ = ["serve"]

_APPLICATION: Final = "api.app:create_app"
_HEALTH_SECONDS: Final = 60
"""Seconds without a sign of life after which a process is replaced.

Starting takes seconds on a busy machine.
"""
_STARTUP_FAILURE: Final = 3
"""Uvicorn's exit status when the application cannot start."""


@click.command()
@click.option("--host", help="The address to listen on. Default: HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on. Default: PORT.")
@click.option(
    "--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="The number of processes."
)
@click.option("--migrate", is_flag=True, help="Migrate the central database first.")
def serve(host: str | None, port: int | None, workers: int, migrate: bool) -> None:
    """Serve until stopped. Running requests are finished first, within SHUTDOWN_TIMEOUT.

    Refuses to start if the central database is not up to date.
    """
    if port is not None:
        os.environ["PORT"] = str(port)  # the application's processes make links with it
    use_one_arena()  # before there are threads
    settings = load_settings()
    host, port = host or settings.host, settings.port
    token = run(settings, partial(_prepare, migrates=migrate), is_migrating=migrate)
    _require_free(host, port)
    raise_descriptor_limit()  # before uvicorn starts processes, which inherit it
    configure_logs(settings.log_level, settings.log_format)
    url = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}" if settings.local else None
    _serve(_uvicorn_config(settings, host, port, workers), url, token)


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
    """Serve in this process or in several, until stopped.

    :param token: of the link that creates the first tenant; None if there is a tenant.
    """
    if config.workers > 1:
        if url is not None:
            say(f"Freehold starts {config.workers} processes for {url}")
            _say_link(url, token)
        with TemporaryDirectory(prefix="freehold-metrics-") as folder:
            os.environ.setdefault("METRICS_DIR", folder)  # for the processes
            Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    server = _Server(config, url, token)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_STARTUP_FAILURE)


def _say_link(url: str, token: str | None) -> None:
    if token is not None:
        say(f"There is no tenant yet. Create the first one in a browser: {url}/first#{token}")


def _uvicorn_config(settings: Settings, host: str, port: int, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        _APPLICATION,
        factory=True,
        workers=workers,
        timeout_worker_healthcheck=_HEALTH_SECONDS,
        host=host,
        port=port,
        loop="uvloop",
        http=ProblemProtocol,
        ws="none",
        reset_contextvars=True,  # no request inherits another one's context
        lifespan="on",
        access_log=False,  # the application writes its own
        log_config=None,
        server_header=False,
        proxy_headers=False,  # TRUSTED_PROXIES decides which are trusted
        backlog=BACKLOG,
        timeout_keep_alive=ceil(settings.keep_alive_timeout),
        timeout_graceful_shutdown=grace_of(settings.shutdown_timeout),
    )


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
