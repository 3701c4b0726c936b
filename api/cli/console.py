"""How commands speak: tables and sentences for people, JSON for programs, errors to standard error."""

import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import msgspec
import rich_click as click
from rich.console import Console
from rich.table import Table

__all__ = ["fail", "json_option", "print_json", "print_table", "say"]

_WIDE = 200
"""Columns of a table that goes into a file or a pipe."""

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def say(sentence: str) -> None:
    """A sentence for people."""
    click.echo(sentence)


def fail(problem: str) -> NoReturn:
    """Ends the command with status 1, saying why."""
    click.echo(f"freehold: {problem}", err=True)
    sys.exit(1)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(title: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Rows as a table; a line that says so when there are none."""
    if not rows:
        say(f"{title}: none.")
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        is_id = column.endswith("id")  # to be copied whole
        table.add_column(
            column.replace("_", " "), overflow="fold", no_wrap=is_id, min_width=36 if is_id else None
        )
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)
