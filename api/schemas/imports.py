"""Taking in CSV: how, and what became of the lines."""

from typing import Annotated, Literal

from msgspec import Meta

from api.schemas.common import Input, Output

__all__ = ["ImportAnswer", "ImportQuery", "LineError"]


class ImportQuery(Input):
    """How a file is taken in."""

    mode: Annotated[
        Literal["all_or_nothing", "good_lines"],
        Meta(description="All lines or none of them; or those that are good, and the others reported."),
    ] = "all_or_nothing"
    upsert_by: Annotated[
        str | None,
        Meta(
            description="A unique field: lines whose value is there change that record, the others make one.",
        ),
    ] = None
    dry_run: Annotated[bool, Meta(description="Check and report everything, and change nothing.")] = False


class LineError(Output, omit_defaults=True):
    """What is wrong with a line. The header is line 1."""

    line: int
    field: str
    code: str
    message: str
    did_you_mean: str | None = None


class ImportAnswer(Output):
    """What became of the lines."""

    created: int
    updated: Annotated[int, Meta(description="Lines whose record was there, changed by them or not.")]
    failed: int
    errors: Annotated[list[LineError], Meta(description="The first 1,000.")]
    errors_left_out: Annotated[int, Meta(description="How many more there are.")]
