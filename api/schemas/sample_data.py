"""Sample data: responses and parameters."""

from typing import Annotated, Final

from msgspec import Meta

from api.schemas.common import Input, Output

__all__ = ["CREATED", "REMOVED", "STATE", "SampleCreated", "SampleQuery", "SampleRemoved", "SampleResponse"]


class SampleResponse(Output):
    """The sample records of the tenant."""

    records: Annotated[dict[str, int], Meta(description="How many there are, by object.")]
    changed: Annotated[int, Meta(description="How many of them were changed since they were created.")]
    available: Annotated[int, Meta(description="How many could be created.")]


class SampleCreated(Output):
    """What was created."""

    created: int


class SampleQuery(Input):
    """Parameters of the removal."""

    changed: Annotated[bool, Meta(description="Remove those that were changed as well.")] = False


class SampleRemoved(Output):
    """What was removed."""

    removed: int
    kept: Annotated[
        int,
        Meta(description="Sample records that were changed, or with which other records would have to go."),
    ]


STATE: Final = {
    "records": {"accounts": 12, "contacts": 15, "opportunities": 16},
    "changed": 1,
    "available": 0,
}
CREATED: Final = {"created": 43}
REMOVED: Final = {"removed": 42, "kept": 1}
