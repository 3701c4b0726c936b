"""How commands speak: tables and sentences for people, JSON for programs, errors to standard error.

On a terminal people are spoken to. Where there is none, every answer is one line of JSON, and so is every
item of a list and every step of long work, as it is taken. ``--json`` asks for one whole document instead,
``--text`` for what people would see.
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
"""Columns of a table that goes into a file or a pipe."""
_UNBOUNDED = 10_000


class Mode(StrEnum):
    """Whom a command speaks to."""

    TEXT = "text"
    """People."""
    DOCUMENT = "document"
    """A program that wants one JSON document."""
    LINES = "lines"
    """A program that reads line by line."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command answers with."""

    mode: Mode

    @property
    def is_text(self) -> bool:
        """Whether people are spoken to."""
        return self.mode is Mode.TEXT

    def one(self, value: object, tell: Callable[[], None]) -> None:
        """One answer; ``tell`` says it to people."""
        if self.is_text:
            tell()
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
        """A list of answers; people get the rows as a table."""
        if self.mode is Mode.LINES:
            for value in values:
                click.echo(msgspec.json.encode(value).decode())
        else:
            self.one(values, lambda: _print_table(title, rows, columns))

    def event(self, **facts: object) -> None:
        """Something that happened on the way, for a program that reads line by line.

        That nobody reads any more keeps no work from being done.
        """
        if self.mode is Mode.LINES:
            with suppress(BrokenPipeError):
                click.echo(msgspec.json.encode(facts).decode())


def with_output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command ``--json`` and ``--text``, and the :class:`Output` that they ask for as ``out``."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
    @click.option("--text", "as_text", is_flag=True, help="Answer as on a terminal, wherever it goes.")
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
    """A sentence for people."""
    click.echo(sentence)


def warn(sentence: str) -> None:
    """A sentence for people that is no part of the answer."""
    click.echo(sentence, err=True)


def fail(problem: str, status: int = 1) -> NoReturn:
    """Ends the command with this status, saying why."""
    warn(f"freehold: {problem}")
    sys.exit(status)


def _print_table(title: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Rows as a table; a line when there are none.

    Where there is no room for ids, which are to be copied whole, the rows are shown one below the other.
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
    """Each value on a line of its own."""
    widest = max(map(len, columns))
    for row in rows:
        for column in columns:
            if shown := _shown(row[column]):
                click.echo(f"{click.style(column.replace('_', ' ').ljust(widest), dim=True)}  {shown}")
        click.echo()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
