"""Requests and responses of /counts and /search."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.problems.documents import ProblemDocument
from api.problems.table import document_of
from api.schemas.common import Input, Output
from tenant_schema.apps.counts import MAX_COUNTS, ListToCount, Result
from tenant_schema.records.overview import MAX_HITS, MAX_SEARCHED, Hit, Hits
from tenant_schema.records.query.model import MAX_SEARCH
from tenant_schema.records.reading.pages import Counted

__all__ = [
    "CountsRequest",
    "CountsResponse",
    "ListCount",
    "ListResult",
    "SearchHit",
    "SearchQuery",
    "SearchResponse",
]


class ListCount(Input):
    """A list whose records are counted."""

    object: Annotated[str, Meta(max_length=40, description="The name of the object.", examples=["accounts"])]
    filter: Annotated[dict[str, Any], Meta(description="As in `/query`.")] | UnsetType = UNSET
    search: Annotated[str, Meta(description="As in `/query`.")] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(description="The time zone (IANA) of days.")] | UnsetType = UNSET
    view: (
        Annotated[UUID, Meta(description="A saved view of the object, whose filter must match, too.")]
        | UnsetType
    ) = UNSET

    @property
    def asked(self) -> ListToCount:
        """The list as the service takes it."""
        given = {"filter": self.filter, "search": self.search, "timeZone": self.time_zone}
        document = {name: value for name, value in given.items() if value is not UNSET}
        return ListToCount(self.object, document, self.view if isinstance(self.view, UUID) else None)


class CountsRequest(Input):
    """Several lists."""

    counts: Annotated[list[ListCount], Meta(min_length=1, max_length=MAX_COUNTS)]


class ListResult(Output):
    """The number of records, or the problem of the list."""

    value: int | UnsetType = UNSET
    capped: Annotated[bool, Meta(description="Whether there are at least that many.")] | UnsetType = UNSET
    error: ProblemDocument | UnsetType = UNSET


class CountsResponse(Output):
    """The results, in the order of the lists."""

    counts: list[ListResult]

    @classmethod
    def of(cls, results: Sequence[Result], request_id: str) -> "CountsResponse":
        """The response for results of the service."""
        return cls(
            [
                ListResult(one.value, one.capped)
                if isinstance(one, Counted)
                else ListResult(error=document_of(one, request_id))
                for one in results
            ]
        )


class SearchQuery(Input):
    """What is searched for, and where."""

    q: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_SEARCH,
            description="Words, each of which begins a word in one of the searched fields.",
            examples=["ada"],
        ),
    ]
    objects: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description=f"Names of objects, separated by commas, at most {MAX_SEARCHED}; all otherwise.",
                examples=["accounts,contacts"],
            ),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_HITS, description="The maximum number of records.")] = 20

    @property
    def names(self) -> list[str] | None:
        """The objects, if they are named."""
        return self.objects.split(",") if isinstance(self.objects, str) else None


class SearchHit(Output):
    """A record that was found."""

    object: Annotated[str, Meta(description="The name of its object.")]
    id: UUID
    label: Annotated[
        str | None,
        Meta(description="What the object calls its records by; null if that has no value or is hidden."),
    ]
    detail: (
        Annotated[str, Meta(description="The value of another field that contains one of the words.")]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, hit: Hit) -> "SearchHit":
        """The response for a record that the service has found."""
        return cls(hit.object, hit.id, hit.label, UNSET if hit.detail is None else hit.detail)


class SearchResponse(Output):
    """The records that were found, the best first."""

    data: list[SearchHit]
    left_out: (
        Annotated[
            list[str],
            Meta(
                description=(
                    "Objects that were not looked into: there are too many, or the search took too long. "
                    "Name them in `objects`."
                )
            ),
        ]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, hits: Hits) -> "SearchResponse":
        """The response for a result of the service."""
        return cls([SearchHit.of(hit) for hit in hits.data], list(hits.left_out) or UNSET)
