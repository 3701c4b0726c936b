"""Upgrades of all tenants: request and response bodies for operators."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from api.schemas.common import Input, Output
from central.upgrades.planning import MOST_WAVES, UpgradeOptions, parse_share
from central.upgrades.rows import TenantPart, UpgradeRecord
from central.upgrades.service import UpgradeProgress
from central.upgrades.tables import UpgradeTenantState
from tenant_schema.problems import InvalidInput, Problem

__all__ = [
    "UpgradeCounts",
    "UpgradeDetail",
    "UpgradeFailure",
    "UpgradeList",
    "UpgradeRequest",
    "UpgradeResponse",
]

_Share = Annotated[str, Meta(description="A share, in percent.", pattern=r"^\d{1,3}(\.\d{1,3})?%$")]
_Slug = Annotated[str, Meta(max_length=63)]
_Id = Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Time = Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]
_Number = Annotated[int, Meta(ge=0, examples=[3])]


class UpgradeRequest(Input):
    """How all tenants that are not at the level of this version are upgraded."""

    canary: Annotated[
        list[_Slug], Meta(description="The tenants of the first wave, by slug.", max_length=100)
    ] = []
    waves: Annotated[
        list[_Share],
        Meta(
            description="The shares of all tenants that are upgraded at the end of each further wave.",
            min_length=1,
            max_length=MOST_WAVES,
            examples=[["1%", "10%", "100%"]],
        ),
    ] = msgspec.field(default_factory=lambda: ["100%"])
    soak_seconds: Annotated[
        float, Meta(description="How long the traffic is watched after each wave.", ge=0, le=86_400)
    ] = 60.0
    max_failures: Annotated[
        _Share, Meta(description="The share of a wave's tenants that may fail before the upgrade stops.")
    ] = "1%"
    parallel: Annotated[int, Meta(description="Tenants at a time.", ge=1, le=64)] = 4

    def options(self) -> UpgradeOptions:
        """Return the options. Raises ``InvalidInput``."""
        try:
            waves, failures = [parse_share(one) for one in self.waves], parse_share(self.max_failures)
        except ValueError:
            waves, failures = [], 0.0
        if not waves or waves != sorted(waves):
            message = "Give shares from 0% to 100%; those of waves in ascending order."
            raise InvalidInput([Problem("waves", "invalid", message)])
        return UpgradeOptions(tuple(self.canary), waves, self.soak_seconds, failures, self.parallel)


class UpgradeResponse(Output):
    """An upgrade. A `stopped` one has stopped by itself, for `reason`."""

    job: _Id
    state: Literal["running", "paused", "stopped", "done", "cancelled"]
    wave: Annotated[int, Meta(description="The present wave, counted from 1.", ge=1, examples=[2])]
    reason: Annotated[str, Meta(description="Why it has stopped.")] | None
    soak_until: Annotated[datetime, Meta(description="The end of the present wave. UTC.")] | None
    created_at: _Time
    updated_at: _Time

    @classmethod
    def of(cls, upgrade: UpgradeRecord) -> "UpgradeResponse":
        """The response for an upgrade."""
        return cls(**_values(upgrade))  # type: ignore[arg-type] # of the database


class UpgradeCounts(Output):
    """The numbers of tenants by what has become of them."""

    waiting: _Number
    running: _Number
    done: _Number
    failed: Annotated[int, Meta(description="Not upgraded.", ge=0, examples=[0])]
    put_back: Annotated[
        int, Meta(description="Not upgraded, and restored from their backup.", ge=0, examples=[0])
    ]
    broken: Annotated[
        int, Meta(description="Upgraded, and their own requests fail or take longer.", ge=0, examples=[0])
    ]


class UpgradeFailure(Output):
    """A tenant that counts against the bound of failures."""

    tenant: _Id
    slug: Annotated[str, Meta(examples=["acme"])]
    wave: Annotated[int, Meta(ge=1, examples=[1])]
    state: Literal["failed", "put-back", "broken"]
    error: str | None

    @classmethod
    def of(cls, part: TenantPart) -> "UpgradeFailure":
        """The response for a tenant's part."""
        return cls(
            tenant=part.tenant_id,
            slug=part.tenant_slug,
            wave=part.wave + 1,
            state=part.state.value,  # type: ignore[arg-type] # one of the failures
            error=part.error,
        )


class UpgradeDetail(UpgradeResponse):
    """An upgrade with its waves and tenants."""

    waves: Annotated[list[int], Meta(description="The number of tenants of each wave.")]
    tenants: UpgradeCounts
    failures: list[UpgradeFailure]

    @classmethod
    def with_tenants(cls, progress: UpgradeProgress) -> "UpgradeDetail":
        """The response for an upgrade and its tenants."""
        counts = {one.value.replace("-", "_"): progress.counts.get(one, 0) for one in UpgradeTenantState}
        return cls(
            **_values(progress.upgrade),  # type: ignore[arg-type] # of the database
            waves=list(progress.sizes),
            tenants=UpgradeCounts(**counts),
            failures=[UpgradeFailure.of(one) for one in progress.failures],
        )


class UpgradeList(Output):
    """The latest upgrades, the newest first."""

    data: list[UpgradeResponse]


def _values(upgrade: UpgradeRecord) -> dict[str, object]:
    return {
        "job": upgrade.id,
        "state": upgrade.state.value,
        "wave": upgrade.wave + 1,
        "reason": upgrade.reason,
        "soak_until": upgrade.soak_until,
        "created_at": upgrade.created_at,
        "updated_at": upgrade.updated_at,
    }
