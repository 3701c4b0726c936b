"""The progress of long operations: a bar or a list of steps on a terminal, lines of JSON for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from api.cli.console import Output
from central.jobs.pipeline import Moment

__all__ = ["Steps", "Tally", "Transfer", "tally", "transfer"]

_REPORTED_EVERY = 1.0
"""Seconds between two lines of JSON about one transfer."""


class Tally:
    """Counts the finished ones of many similar items."""

    def __init__(self, out: Output, what: str, progress: Progress | None, task: TaskID) -> None:
        self._out, self._what, self._progress, self._task = out, what, progress, task

    def done(self, name: str, **values: object) -> None:
        """Report that one more item is finished or has failed; ``values`` describe the outcome."""
        self._out.event(event=self._what, name=name, **values)
        if self._progress is not None:
            self._progress.update(self._task, advance=1, name=name)


@contextmanager
def tally(out: Output, what: str, label: str, total: int, completed: int = 0) -> Iterator[Tally]:
    """Show a progress bar for ``total`` items during the block, of which ``completed`` are finished already.

    It is drawn on standard error, so that the result can be redirected, and removed at the end of the block.
    """
    console = Console(stderr=True)
    if not out.is_text or not console.is_terminal or total == 0:
        yield Tally(out, what, None, TaskID(0))
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Tally(out, what, progress, progress.add_task(label, total=total, completed=completed, name=""))


class Transfer:
    """Counts the bytes and rows of a stream."""

    def __init__(self, out: Output, total: int | None, progress: Progress | None, task: TaskID) -> None:
        self._out, self._total, self._progress, self._task = out, total, progress, task
        self._reported = monotonic()

    def at(self, done: int, rows: int) -> None:
        """Report how many bytes and rows there were so far."""
        if self._progress is not None:
            self._progress.update(self._task, completed=done, rows=f"{rows:,} rows")
        elif monotonic() - self._reported >= _REPORTED_EVERY:
            self._reported = monotonic()
            self._out.event(event="progress", done=done, of=self._total, unit="bytes", rows=rows)


@contextmanager
def transfer(out: Output, label: str, total: int | None) -> Iterator[Transfer]:
    """Show bytes, rate, remaining time and rows during the block, on standard error.

    :param total: bytes; None if it is not known.
    """
    console = Console(stderr=True)
    if not out.is_text or not console.is_terminal:
        yield Transfer(out, total, None, TaskID(0))
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[rows]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Transfer(out, total, progress, progress.add_task(label, total=total, rows=""))


class Steps:
    """Prints the steps of provisioning. An ``Observer`` of the pipeline."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._console = Console(stderr=True)

    async def before(self, moment: Moment) -> None:
        """Report that the step starts."""
        self._out.event(event="step", step=moment.step, state="undoing" if moment.is_undoing else "begun")
        if self._out.is_text and self._console.is_terminal:
            word = "undoing " if moment.is_undoing else ""
            self._console.print(f"[dim]… {word}{moment.step}[/dim]", end="\r", highlight=False)

    async def after(self, moment: Moment) -> None:
        """Report that the step is done or skipped. A terminal does not show skipped ones."""
        done = "skipped" if moment.is_skipped else "undone" if moment.is_undoing else "done"
        self._out.event(event="step", step=moment.step, state=done)
        if moment.is_skipped:
            return
        if self._out.is_text and self._console.is_terminal:
            mark, word = ("[yellow]↶[/yellow]", "undone: ") if moment.is_undoing else ("[green]✓[/green]", "")
            self._console.print(f"{mark} {word}{moment.step}", highlight=False)
