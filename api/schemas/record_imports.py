"""CSV import: the options, and the report."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from api.schemas.common import Input, Output
from tenant_schema.records.csv.file_format import ENCODINGS
from tenant_schema.records.csv.import_report import ImportReport, LineProblem
from tenant_schema.records.csv.preview import TakenAs

__all__ = ["CellResponse", "ColumnResponse", "ImportQuery", "ImportResponse", "LineError", "TakenAsResponse"]


class ImportQuery(Input):
    """Options of an import."""

    mode: Annotated[
        Literal["all_or_nothing", "good_lines"],
        Meta(description="Import all lines or none; or import the valid lines and report the others."),
    ] = "all_or_nothing"
    upsert_by: Annotated[
        str | None,
        Meta(
            description=(
                "A unique field, the fields of a unique index with commas between (`order,product`), or "
                "`id`: lines whose value is there change that record. With a unique field "
                "the others create one; with `id` those do whose cell is empty."
            ),
            examples=["id"],
        ),
    ] = None
    dry_run: Annotated[
        bool,
        Meta(description="Validate and report, including the detected format, and change nothing."),
    ] = False
    delimiter: Annotated[
        str | None,
        Meta(
            description=(
                "`comma`, `semicolon`, `tab` or `pipe`, or the character itself. By default a line `sep=;` "
                "says it, or what splits the first lines most evenly."
            ),
            examples=["semicolon"],
        ),
    ] = None
    encoding: Annotated[
        str | None,
        Meta(
            description=(
                "UTF-8 by default; a byte order mark says UTF-8 or UTF-16 by itself. Others: "
                + ", ".join(f"`{name}`" for name in ENCODINGS)
                + "."
            ),
            examples=["windows-1252"],
        ),
    ] = None
    header: Annotated[
        str | None,
        Meta(
            description=(
                "Which line names the columns: `first` (the first that is not blank), its number, or `none`. "
                'With `none` the mapping names columns by their numbers: `{"1": "name", "2": null}`.'
            ),
            examples=["none"],
        ),
    ] = None
    date_format: Annotated[
        str | None,
        Meta(
            description=(
                "How dates are written, such as `DD/MM/YYYY`, `MM/DD/YY` or `DD.MM.YYYY HH:mm`. By default "
                "every date is read that can be read in one way only, and the dates of a column decide "
                "together which number is the day; if they leave it open, the file is refused. With `HH:mm` "
                "a column of dates leaves out times of day. Two digits of a year need a format: 69 to 99 "
                "are of the twentieth century."
            ),
            examples=["DD/MM/YYYY"],
        ),
    ] = None
    time_zone: Annotated[
        str | None,
        Meta(
            description="The time zone of times without an offset, UTC by default.",
            examples=["Europe/Berlin"],
        ),
    ] = None
    decimal: Annotated[
        str | None,
        Meta(
            description=(
                "The mark before decimals, `point` or `comma`. By default the numbers of the file decide; if "
                "they leave it open, as `1,234` alone does, the file is refused."
            ),
            examples=["comma"],
        ),
    ] = None
    thousands: Annotated[
        str | None,
        Meta(
            description="The separator of thousands: `point`, `comma`, `space`, `apostrophe` or `none`.",
            examples=["point"],
        ),
    ] = None
    nulls: Annotated[
        str | None,
        Meta(
            description=(
                "Texts that stand for no value, with commas between, in any case, in every column. By "
                "default `NA`, `N/A`, `#N/A`, `NaN`, `null`, `none`, `nil`, `-` and a few more, except in "
                "columns of texts and in those that lookups are found by."
            ),
            examples=["NA,-,null"],
        ),
    ] = None
    booleans: Annotated[
        str | None,
        Meta(
            description=(
                "Words for yes, a colon, and words for no, each with commas between; of one word each also "
                "`ja/nein`. By default `true`, "
                "`yes`, `y`, `1`, `on`, `x`, `ja`, `oui`, … and `false`, `no`, `n`, `0`, `off`, `nein`, "
                "`non`, …"
            ),
            examples=["ja,j:nein,n"],
        ),
    ] = None
    rounded: Annotated[
        bool,
        Meta(
            description=(
                "Round numbers that have more decimals than their field, half away from zero, and leave out "
                "times of day in columns of dates. By default these are errors."
            )
        ),
    ] = msgspec.field(default=False, name="round")


class LineError(Output, omit_defaults=True):
    """A problem of a line. The header is line 1."""

    line: int
    field: str
    code: str
    message: str
    did_you_mean: str | None = None
    in_trash: Annotated[bool, Meta(description="Whether the conflicting record is in the trash.")] = False
    record: Annotated[
        str | None, Meta(description="The id of that record, if the caller may restore it.")
    ] = None

    @classmethod
    def of(cls, one: LineProblem) -> "LineError":
        """One problem of a line."""
        problem = one.problem
        return cls(
            line=one.line,
            field=problem.field,
            code=problem.code,
            message=problem.message,
            did_you_mean=problem.did_you_mean,
            in_trash=problem.in_trash,
            record=problem.record,
        )


class CellResponse(Output):
    """A cell whose value differs from its text."""

    line: int
    cell: str
    value: Annotated[Any, Meta(description="The value; null for no value.")]


class ColumnResponse(Output, omit_defaults=True):
    """The field to which a column was assigned, and its detected format."""

    column: Annotated[str, Meta(description="The column's head, or its number without a head.")]
    field: Annotated[
        str | None,
        Meta(description="The field, `account.name` for a lookup; null if the column is ignored."),
    ]
    reason: Annotated[str | None, Meta(description="Why the column is ignored, or what is ambiguous.")] = None
    date_format: str | None = None
    decimal: str | None = None
    examples: Annotated[list[CellResponse], Meta(description="The first five cells of that kind.")] = []


class TakenAsResponse(Output):
    """The detected format of a file."""

    encoding: str
    delimiter: str
    header_line: Annotated[int, Meta(description="The line with the heads; 0 if there is none.")]
    columns: list[ColumnResponse]

    @classmethod
    def of(cls, taken: TakenAs) -> "TakenAsResponse":
        """The response for a report of the service."""
        columns = [
            ColumnResponse(
                column=one.column,
                field=one.field,
                reason=one.reason,
                date_format=one.date_format,
                decimal=one.decimal,
                examples=[
                    CellResponse(line=cell.line, cell=cell.cell, value=cell.value) for cell in one.examples
                ],
            )
            for one in taken.columns
        ]
        return cls(taken.encoding, taken.delimiter, taken.header_line, columns)


class ImportResponse(Output, omit_defaults=True):
    """The report of an import."""

    created: int
    updated: Annotated[int, Meta(description="Lines whose record existed, whether it was changed or not.")]
    failed: int
    errors: Annotated[list[LineError], Meta(description="The first 1,000 problems.")]
    errors_left_out: Annotated[int, Meta(description="The number of further problems.")]
    taken_as: Annotated[
        TakenAsResponse | None, Meta(description="The detected format; only in a dry run.")
    ] = None

    @classmethod
    def of(cls, report: ImportReport) -> "ImportResponse":
        """The response for a report of the service."""
        return cls(
            created=report.created,
            updated=report.updated,
            failed=report.failed,
            errors=[LineError.of(one) for one in report.errors],
            errors_left_out=report.left_out,
            taken_as=None if report.taken_as is None else TakenAsResponse.of(report.taken_as),
        )
