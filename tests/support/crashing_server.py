"""``python -m tests.support.crashing_server``: a server that kills itself at the step that a file names.

The file that ``CRASH_AT`` names is read before and after every step of provisioning, and after some calls
(``CALLS``). When it holds that very moment (see :func:`line_of`), the process is gone, by SIGKILL: nothing is
cleaned up, flushed or answered.

For each line on standard input a server is started, in a fresh process forked from one that has imported
everything; its pid and, when it has ended, its exit code are printed.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Final

import uvicorn

from api.app import Freehold, create_app
from api.composition import compose
from api.server.logs import configure_logs
from api.server.protocol import ProblemProtocol
from central.backups.data_keys import DataKeys
from central.backups.store import BackupStore
from central.jobs.pipeline import Moment
from central.secrets.certificates import CertificateSigner
from central.settings.settings import Settings, read_env_file
from tenant_schema.users.passwords.hashing import HashParameters

__all__ = ["CALLS", "KillAt", "line_of", "main", "serve"]

CALLS: Final[dict[str, tuple[type, str]]] = {
    "destroy key": (DataKeys, "destroy"),
    "delete object": (BackupStore, "delete"),
    "sign": (CertificateSigner, "sign"),
}
"""Functions that are no steps, by the name of the moment after them: ``after call destroy key``."""


def line_of(when: str, operation: str, step: str, *, is_undoing: bool = False) -> str:
    """A moment as the file names it: ``before create migrate``, ``after undo create migrate``."""
    operation = operation.removeprefix("tenant.")
    return " ".join([when, *(["undo"] if is_undoing else []), operation, step])


class KillAt:
    """Watches the steps, and ends the process at the moment that the file names."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def after_calls(self) -> None:
        """End the process also after the calls that the file names."""
        for name, (owner, function) in CALLS.items():
            setattr(owner, function, self._watched(getattr(owner, function), f"after call {name}"))

    def _watched(self, function: Callable[..., Any], line: str) -> Callable[..., Any]:
        if not iscoroutinefunction(function):

            def call(*arguments: Any) -> Any:
                result = function(*arguments)
                self._end_at(line)
                return result

            return call

        async def called(*arguments: Any) -> Any:
            result = await function(*arguments)
            self._end_at(line)
            return result

        return called

    async def before(self, moment: Moment) -> None:
        self._look("before", moment)

    async def after(self, moment: Moment) -> None:
        self._look("after", moment)

    def _look(self, when: str, moment: Moment) -> None:
        self._end_at(line_of(when, moment.operation, moment.step, is_undoing=moment.is_undoing))

    def _end_at(self, line: str) -> None:
        if self._file.exists() and self._file.read_text() == line:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Start one server after the other, each until its end, of whichever kind."""
    settings = Settings.from_env(read_env_file(Path(".env")))
    warm = _warm(settings)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            serve(settings, warm)
            os._exit(0)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _warm(settings: Settings) -> Freehold:
    """Does once what every server would do after its fork: that costs more than all that is tested here.

    :return: an application whose routes and migrations each server uses; it has served nothing.
    """
    platform = compose(settings)
    platform.central_migrator.preload()
    platform.tenant_migrator.preload()
    app = create_app(platform=platform)
    gc.freeze()
    return app


def serve(settings: Settings, warm: Freehold) -> None:
    """Serve as ``freehold serve`` does, watched, with hashes of passwords that cost nothing."""
    configure_logs(settings.log_level, settings.log_format)
    cheap = HashParameters(1, 8, 1)
    killer = KillAt(Path(os.environ["CRASH_AT"]))
    killer.after_calls()
    cold = compose(settings, observer=killer, hashing=cheap)
    migrators = {name: getattr(warm.platform, name) for name in ("central_migrator", "tenant_migrator")}
    uvicorn.run(
        warm.serving(replace(cold, **migrators)),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=ProblemProtocol,
        lifespan="on",
        reset_contextvars=True,
        access_log=False,
        log_config=None,
    )


if __name__ == "__main__":
    main()
