"""Advice on indexes: what was asked of an object, and the change that would help."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta

from api.schemas.common import Output
from api.schemas.objects import shown_index
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.advice.advise import Advice
from tenant_schema.records.advice.asked import Cost, Shape

__all__ = ["ADVICE_EXAMPLE", "AdviceItem", "AdviceResponse", "AskedShape", "IndexChange"]

_Index = Annotated[Any, Meta(extra_json_schema={"type": "array", "items": {"type": "string"}})]
_ANY_ITEMS: Final[dict[str, Any]] = {"items": {}}
_Fields = Annotated[list[str], Meta(description="Names of fields.")]


class AskedShape(Output):
    """Lists or aggregates that were asked for, without their values."""

    equal: Annotated[_Fields, Meta(description="Fields that were compared with given values.")]
    ranged: Annotated[_Fields, Meta(description="Fields that were compared with a limit.")]
    sort: Annotated[_Fields, Meta(description="Fields of the order, `-` before descending ones.")]
    group_by: Annotated[_Fields, Meta(description="Fields of groups.")]
    asked: Annotated[int, Meta(description="About how often, since this process has started.")]
    mean_ms: Annotated[float, Meta(description="Milliseconds of one request.")]
    slowest_ms: float

    @classmethod
    def of(cls, shape: Shape, cost: Cost) -> "AskedShape":
        """A shape with its cost."""
        order = list(shape.order)
        return cls(
            equal=list(shape.equal),
            ranged=list(shape.ranged),
            sort=[] if shape.is_groups else order,
            group_by=order if shape.is_groups else [],
            asked=cost.asked,
            mean_ms=round(cost.mean * 1000, 1),
            slowest_ms=round(cost.slowest * 1000, 1),
        )


class IndexChange(Output):
    """The body of the change that takes the advice."""

    indexes: Annotated[
        list[Any],
        Meta(description="All indexes of the object, the new one last.", extra_json_schema=_ANY_ITEMS),
    ]


class AdviceItem(Output):
    """An index that would help."""

    index: _Index
    shapes: list[AskedShape]
    change: Annotated[
        IndexChange, Meta(description="The body of `PATCH /api/v1/objects/{object}` that creates it.")
    ]


class AdviceResponse(Output):
    """Every index that would help, the one that would help most first."""

    data: list[AdviceItem]

    @classmethod
    def of(cls, model: ObjectModel, advice: Sequence[Advice]) -> "AdviceResponse":
        """The response for what the service advises."""
        known = [shown_index(one) for one in model.indexes]
        return cls(
            [
                AdviceItem(
                    index=list(one.index.fields),
                    shapes=[AskedShape.of(shape, cost) for shape, cost in one.shapes],
                    change=IndexChange([*known, shown_index(one.index)]),
                )
                for one in advice
            ]
        )


ADVICE_EXAMPLE: Final[dict[str, Any]] = {
    "data": [
        {
            "index": ["industry", "-created_at"],
            "shapes": [
                {
                    "equal": ["industry"],
                    "ranged": [],
                    "sort": ["-created_at"],
                    "groupBy": [],
                    "asked": 320,
                    "meanMs": 182.4,
                    "slowestMs": 911.0,
                }
            ],
            "change": {"indexes": [["industry", "-created_at"]]},
        }
    ]
}
