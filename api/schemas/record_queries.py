"""The query parameters of records. Services parse them by a grammar; these Structs describe them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input
from tenant_schema.records.query.aggregates import MAX_GROUPS
from tenant_schema.records.query.model import DEFAULT_LIMIT, MAX_COUNTED, MAX_LIMIT, MAX_SEARCH

__all__ = ["AggregateParameters", "ExportParameters", "ListParameters", "ReadParameters"]

_Fields = (
    Annotated[
        str,
        Meta(
            description=(
                "Names of the fields in the response, separated by commas; all of them otherwise. The id and "
                "the version come always. A path such"
                " as `owner.name` gives an object under the lookup."
            ),
            examples=["id,name"],
        ),
    ]
    | UnsetType
)
_Expand = (
    Annotated[
        str,
        Meta(
            description=(
                "Lookups to show the record of, and related lists (by the name of the object that looks this "
                "one up), separated by commas, up to three within one another: "
                "`owner,contacts,contacts.owner`. A list shows its first ten records as `{data, hasMore}`."
            ),
            examples=["owner"],
        ),
    ]
    | UnsetType
)
_Filter = (
    Annotated[
        dict[str, str],
        Meta(
            description=(
                "Conditions that must all hold: `filter[industry]=technology`, "
                "`filter[annual_revenue][gte]=1000`, `filter[industry][in]=technology,finance`, "
                "`filter[phone][null]=true`, `filter[owner.name]=Ada` (up to three lookups); either of "
                "several: `filter[or][0][industry]=finance&filter[or][1][owner]=$me`; what does not match: "
                "`filter[not][industry]=finance`; no value: `filter[phone]=`. Values of in, nin and between "
                "are separated by commas; one with a comma or a quote in front stands in double quotes: "
                '`filter[name][in]="Doe, John",Smith`. A date means the whole day where a moment is asked '
                "for, see `timeZone`. `$today`, `$yesterday`, `$tomorrow`, `$now`, `$startOfWeek` and "
                "`$endOfWeek` (also Month, Quarter, Year) and offsets (`-7d`, `+2w`, `-1m`, `+1q`, `-1y`, "
                "`$startOfMonth-1m`) are dates relative to today. Operators: eq ne gt gte lt lte in nin "
                "contains icontains startswith endswith between null, as the field's type allows. `$me` is "
                "who calls."
            ),
            examples=[{"industry": "technology"}],
        ),
    ]
    | UnsetType
)
_Search = (
    Annotated[
        str,
        Meta(
            max_length=MAX_SEARCH,
            description=(
                "Words, each of which begins a word in one of the fields that the object marks as searchable."
            ),
            examples=["globex amst"],
        ),
    ]
    | UnsetType
)
_Sort = (
    Annotated[
        str,
        Meta(
            description="Names of fields, or paths, separated by commas; a leading `-` sorts descending.",
            examples=["-annual_revenue,name"],
        ),
    ]
    | UnsetType
)
_TimeZone = Annotated[
    str,
    Meta(
        description=(
            "The time zone (IANA) of the days in the filter, and of the parts of moments in groups; without "
            "it, relative dates are those of the caller's time zone. A cursor "
            "holds for its time zone alone."
        ),
        examples=["Europe/Berlin"],
    ),
]


_Include = (
    Annotated[
        Literal["can"],
        Meta(
            description=(
                "`can`: the response has what the caller may do with each record (`update`, `delete`; in the "
                "trash `restore`, `destroy`), by permissions and row rules."
            ),
            examples=["can"],
        ),
    ]
    | UnsetType
)


class ReadParameters(Input):
    """Parameters that select parts of a record."""

    fields: _Fields = UNSET
    expand: _Expand = UNSET
    include: _Include = UNSET


class ListParameters(Input):
    """Parameters that select and sort records, and select parts of them."""

    filter: _Filter = UNSET
    search: _Search = UNSET
    sort: _Sort = UNSET
    fields: _Fields = UNSET
    expand: _Expand = UNSET
    limit: Annotated[
        int, Meta(ge=1, le=MAX_LIMIT, description="The maximum number of records in a page.")
    ] = DEFAULT_LIMIT
    cursor: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description="`page.next` or `page.prev` of a page with the same filter and sort.",
            ),
        ]
        | UnsetType
    ) = UNSET
    count: Annotated[
        Literal["none", "capped", "exact"],
        Meta(
            description=(
                f"Whether to count all records: `exact`, or `capped`, which stops at {MAX_COUNTED:,}."
            )
        ),
    ] = "none"
    time_zone: _TimeZone = "UTC"
    include: _Include = UNSET


class AggregateParameters(Input):
    """Parameters that group records and select aggregates."""

    group_by: (
        Annotated[
            str,
            Meta(
                description=(
                    "Fields, or paths over lookups, separated by commas; of dates and moments also a part: "
                    "`year(…)`, `quarter(…)`, `month(…)`, `week(…)` (ISO 8601), `day(…)`. Without it: one "
                    "group."
                ),
                examples=["industry,month(created_at)"],
            ),
        ]
        | UnsetType
    ) = UNSET
    select: Annotated[
        str,
        Meta(
            description=(
                "What to work out for each group, separated by commas: `count`, `count(field)`, "
                "`sum(field)`, `avg(field)`, `min(field)`, `max(field)`. Sums and averages of decimals are "
                "exact."
            ),
            examples=["count,sum(annual_revenue)"],
        ),
    ] = "count"
    filter: _Filter = UNSET
    search: _Search = UNSET
    sort: (
        Annotated[
            str,
            Meta(
                description=(
                    "Groups and measures as they were asked for, separated by commas; `-` is descending."
                ),
                examples=["-count"],
            ),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_GROUPS, description="The maximum number of groups.")] = 100
    time_zone: _TimeZone = "UTC"


class ExportParameters(Input):
    """Parameters that select records, and the format of the file."""

    filter: _Filter = UNSET
    search: _Search = UNSET
    sort: _Sort = UNSET
    fields: _Fields = UNSET
    time_zone: _TimeZone = "UTC"
    bom: Annotated[
        bool,
        Meta(description="Whether the file begins with a byte order mark, by which Excel knows UTF-8."),
    ] = False
    delimiter: Annotated[
        str,
        Meta(
            description="`comma`, `semicolon`, `tab` or `pipe`, or the character itself.",
            examples=["semicolon"],
        ),
    ] = "comma"
