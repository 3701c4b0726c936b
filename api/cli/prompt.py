"""A Python prompt with top-level ``await``, in the context of its caller."""

import ast
import asyncio
import code
import contextvars
import inspect
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any

__all__ = ["Prompt"]


class Prompt:
    """Reads input in a thread, so that tasks continue meanwhile, and runs it on the event loop.

    :param names: the names that are defined at the prompt.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._console = _Console(names, self._run_on_loop)
        self._at_work: asyncio.Task[None] | None = None

    async def ask(self, banner: str) -> bool:
        """Read and run input until its end. Ctrl-C cancels only what is running."""
        self._loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            await asyncio.to_thread(self._interact, banner)
        finally:
            self._loop.remove_signal_handler(signal.SIGINT)
        return True

    async def run(self, source: str) -> bool:
        """Run the source as a whole. Returns False, with a traceback on standard error, if it fails."""
        return await asyncio.to_thread(self._console.run_whole, source)

    def _interact(self, banner: str) -> None:
        with suppress(ImportError):
            import readline  # noqa: F401, PLC0415 # history and editing, where available
        with suppress(SystemExit):
            self._console.interact(banner, exitmsg="")

    def _run_on_loop(self, function: Callable[[], Any]) -> Any:
        """Return the function's result, awaited on the loop in the context of the prompt's creation."""
        result: Future[Any] = Future()

        async def finish() -> None:
            try:
                found = function()
                result.set_result(await found if inspect.isawaitable(found) else found)
            except BaseException as error:  # noqa: BLE001 # raised at the prompt
                result.set_exception(error)

        def begin() -> None:
            self._at_work = self._loop.create_task(finish(), context=self._context)

        self._loop.call_soon_threadsafe(begin)
        return result.result()

    def _interrupt(self) -> None:
        if self._at_work is not None and not self._at_work.done():
            self._at_work.cancel()
        else:
            print("\n(Ctrl-D leaves)", file=sys.stderr)  # noqa: T201 # a message at the prompt


class _Console(code.InteractiveConsole):
    """Compiles with top-level ``await`` and passes the code to ``run``."""

    def __init__(self, names: dict[str, Any], run: Callable[[Callable[[], Any]], Any]) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._run = run
        self.failed = False

    def runcode(self, code: CodeType) -> None:
        """Run the code; print the traceback of any exception except ``exit()``."""
        try:
            self._run(FunctionType(code, self.locals))
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 # its traceback is shown
            self.failed = True
            self.showtraceback()

    def run_whole(self, source: str) -> bool:
        """Run several lines at once. Returns whether they succeeded."""
        try:
            compiled = compile(source, "<freehold shell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError:
            self.showsyntaxerror("<freehold shell>")
            return False
        try:
            self.runcode(compiled)
        except SystemExit as leaving:
            return leaving.code in (None, 0)
        sys.stdout.flush()
        return not self.failed
