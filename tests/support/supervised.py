"""``python -m tests.support.supervised``: a supervisor of two processes whose limits are seconds.

With two arguments it is one of these processes.
"""

import socket
import sys
import time

from api.server import supervisor

__all__: list[str] = []

_SILENCE = 2.5
_PAUSED = 1.5


def _supervise() -> int:
    supervisor._SILENCE, supervisor._PAUSED = _SILENCE, _PAUSED  # type: ignore[misc]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "tests.support.supervised"]
        return supervisor.Supervisor(command, listening, 2, shutdown_seconds=1.0).run()


def _work(control: socket.socket) -> None:
    while True:
        control.send(b".")
        time.sleep(0.1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _work(socket.socket(fileno=int(sys.argv[2])))
    sys.exit(_supervise())
