"""The output of commands: tables and sentences for people, JSON for programs, errors to standard error.

On a terminal, output is text. Otherwise each result, each item of a list and each step of a long operation is
one line of JSON. ``--json`` selects one JSON document instead, ``--text`` selects text.
"""

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

import msgspec
import rich_click as click
from rich.console import Console
from rich.table import Table

__all__ = ["Mode", "Output", "fail", "say", "warn", "with_output"]

_WIDE = 200
"""The width in columns of a table that is written to a file or a pipe."""
_UNBOUNDED = 10_000


class Mode(StrEnum):
    """The format of a command's output."""

    TEXT = "text"
    """For people."""
    DOCUMENT = "document"
    """For programs: one JSON document."""
    LINES = "lines"
    """For programs: one line of JSON per item."""


@dataclass(frozen=True, slots=True)
class Output:
    """Writes a command's results in the selected format."""

    mode: Mode

    @property
    def is_text(self) -> bool:
        """Whether the output is text for people."""
        return self.mode is Mode.TEXT

    def one(self, value: object, show: Callable[[], None]) -> None:
        """Write one result. ``show`` prints it as text."""
        if self.is_text:
            show()
        elif self.mode is Mode.LINES:
            click.echo(msgspec.json.encode(value).decode())
        else:
            click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

    def many(
        self,
        values: Sequence[object],
        title: str,
        rows: Sequence[Mapping[str, object]],
        columns: Sequence[str],
    ) -> None:
        """Write a list of results. As text, the rows are printed as a table."""
        if self.mode is Mode.LINES:
            for value in values:
                click.echo(msgspec.json.encode(value).decode())
        else:
            self.one(values, lambda: _print_table(title, rows, columns))

    def event(self, **values: object) -> None:
        """Write an event of a long operation, in lines mode only.

        A reader that has closed the pipe does not stop the operation.
        """
        if self.mode is Mode.LINES:
            with suppress(BrokenPipeError):
                click.echo(msgspec.json.encode(values).decode())


def with_output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` and ``--text`` to a command, and pass it the :class:`Output` as ``out``."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @click.option(
        "--text", "as_text", is_flag=True, help="Print text, also when the output is not a terminal."
    )
    @functools.wraps(command)
    def speaking(*, as_json: bool, as_text: bool, **given: Any) -> Any:
        if as_json and as_text:
            raise click.UsageError("--json and --text exclude each other.")
        mode = Mode.LINES
        if as_json:
            mode = Mode.DOCUMENT
        elif as_text or sys.stdout.isatty():
            mode = Mode.TEXT
        return command(out=Output(mode), **given)

    return speaking


def say(sentence: str) -> None:
    """Print a sentence for people."""
    click.echo(sentence)


def warn(sentence: str) -> None:
    """Print a sentence for people to standard error."""
    click.echo(sentence, err=True)


def fail(problem: str, status: int = 1) -> NoReturn:
    """End the command with this exit status and message."""
    warn(f"freehold: {problem}")
    sys.exit(status)


def _print_table(title: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print rows as a table, or a line if there are none.

    If the table is too wide and has ids, which must stay whole to be copied, each row is printed as a block.
    """
    if not rows:
        say(f"{title}: none.")
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_shown(row[column]) for column in columns))
    natural = console.measure(table, options=console.options.update(width=_UNBOUNDED)).maximum
    if natural > console.width and any(column.endswith("id") for column in columns):
        _print_blocks(rows, columns)
    else:
        console.print(table)


def _print_blocks(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print each value on its own line."""
    widest = max(map(len, columns))
    for row in rows:
        for column in columns:
            if shown := _shown(row[column]):
                click.echo(f"{click.style(column.replace('_', ' ').ljust(widest), dim=True)}  {shown}")
        click.echo()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
