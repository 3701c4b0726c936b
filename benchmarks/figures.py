"""Figures with their bounds, and the table that shows them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

__all__ = ["COLLECTED_IN", "Figure", "collected", "report", "show_figures"]

COLLECTED_IN: Final = "BENCHMARK_FIGURES"
"""The environment variable with the path of a file to which :func:`report` appends figures as JSON lines."""


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One measured value.

    :ivar name: what was measured, and against what.
    :ivar value: a ratio, or a value in ``unit``.
    :ivar at_least: the bound below which the value is too low, if any.
    :ivar at_most: the bound above which it is too high, if any.
    """

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the value is within its bounds."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def bound(self) -> str:
        """The bound as text; empty without one."""
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(f"{sign} {value:g}" for sign, value in bounds if value is not None)


def show_figures(console: Console, figures: Iterable[Figure]) -> None:
    """Print the table."""
    table = Table("measured", "bound", "value", "", title="Freehold")
    table.columns[2].justify = "right"
    for one in figures:
        value = f"{one.value:,.2f}" if one.value < 10 else f"{one.value:,.0f}"
        verdict = "" if not one.bound else "met" if one.is_met else "[bold red]missed[/]"
        table.add_row(one.name, one.bound, f"{value} {one.unit}".strip(), verdict)
    console.print(table)


def report(console: Console, figures: Iterable[Figure]) -> None:
    """Print the figures, or keep them for :func:`collected` where ``python -m benchmarks`` runs this."""
    path = os.environ.get(COLLECTED_IN)
    if path is None:
        show_figures(console, figures)
        return
    with Path(path).open("ab") as file:
        file.write(msgspec.json.Encoder().encode_lines(list(figures)))


def collected(path: Path) -> Sequence[Figure]:
    """Return the figures that benchmarks have reported to the file."""
    return msgspec.json.Decoder(Figure).decode_lines(path.read_bytes())
