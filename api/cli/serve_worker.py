"""One of the processes of ``freehold serve --workers N``, started by its supervisor.

``python -m api.cli.serve_worker LISTENING CONTROL`` takes the file descriptors of the socket to accept
connections from, and of the connection with the supervisor.
"""

import socket
import sys

from api.cli.session import load_settings
from api.server.logs import configure_logs
from api.server.uvicorn_config import uvicorn_config
from api.server.worker import WorkerServer
from piccolo_engines.memory import use_one_arena

__all__ = ["main"]


def main() -> None:
    """Serve until the supervisor ends this process, or has died."""
    listening, control = (socket.socket(fileno=int(descriptor)) for descriptor in sys.argv[1:])
    for one in (listening, control):
        one.set_inheritable(False)
    use_one_arena()  # before there are threads
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    config = uvicorn_config(settings)
    config.load()  # which takes long; the server would load it, too, and hold SIGTERM back meanwhile
    WorkerServer(config, control).run([listening])


if __name__ == "__main__":
    main()
