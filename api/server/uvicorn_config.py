"""How uvicorn is configured, in one process and in each of several."""

from math import ceil
from typing import Final

import uvicorn

from api.server.client_connections import BACKLOG
from api.server.protocol import ProblemProtocol
from api.server.shutdown import grace_of
from central.settings.settings import Settings

__all__ = ["uvicorn_config"]

_APPLICATION: Final = "api.app:create_app"


def uvicorn_config(settings: Settings, host: str | None = None) -> uvicorn.Config:
    """Return the configuration for the application and these settings.

    :param host: the address to listen on, by default that of the settings.
    """
    return uvicorn.Config(
        _APPLICATION,
        factory=True,
        host=host or settings.host,
        port=settings.port,
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
