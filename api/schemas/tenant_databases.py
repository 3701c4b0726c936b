"""Replacing tenants' databases: request and response bodies for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from central.lifecycle.service import KeptRecord

__all__ = [
    "JobBegun",
    "KeptDatabaseList",
    "KeptDatabaseResponse",
    "MoveRequest",
    "RestoreBegun",
    "RestoreRequest",
]

_Id = Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]


class MoveRequest(Input):
    """Where the tenant's database is to be: on a server that this installation allows, or SQLite."""

    db_host: Annotated[str, Meta(description="A database server.", max_length=253)] | None = None
    db_port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    sqlite: Annotated[bool, Meta(description="Into a file of this installation.")] = False


class RestoreRequest(Input):
    """What takes the place of the tenant's database: a backup, or one that it had. Neither for an archived or
    deleted tenant, which is brought back as it was.
    """

    backup: Annotated[UUID, Meta(description="The id of a backup of the tenant.")] | None = None
    kept: Annotated[UUID, Meta(description="The id of a kept database of the tenant.")] | None = None
    slug: (
        Annotated[str, Meta(description="Of a deleted tenant, if another one has its slug.", max_length=100)]
        | None
    ) = None
    primary_domain: (
        Annotated[
            str,
            Meta(
                description=(
                    "Of a deleted tenant, if another one has its primary host name: a label under the first "
                    "base domain, or a full host name."
                ),
                min_length=1,
                max_length=253,
            ),
        ]
        | None
    ) = None


class JobBegun(Output):
    """The job that does it; `GET /setup/jobs/{job}` shows how far it is."""

    job: _Id


class RestoreBegun(JobBegun):
    """The job that restores the tenant."""

    slug: Annotated[str, Meta(description="Of a deleted tenant.", examples=["acme"])] | UnsetType = UNSET
    domain: (
        Annotated[
            str,
            Meta(description="The primary host name of a deleted tenant.", examples=["acme.localhost"]),
        ]
        | UnsetType
    ) = UNSET
    left_out: (
        Annotated[
            list[str],
            Meta(
                description="Host names of a deleted tenant that other tenants have now.",
                examples=[["crm.acme.example"]],
            ),
        ]
        | UnsetType
    ) = UNSET


class KeptDatabaseResponse(Output):
    """A database that the tenant had before it was moved or restored."""

    id: _Id
    db_server: Annotated[str, Meta(description="`sqlite`, or host:port.", examples=["sqlite"])]
    db_name: Annotated[str, Meta(examples=["tenant_acme"])]
    kept_until: Annotated[datetime, Meta(description="When it is dropped. UTC.")]
    replaced_at: Annotated[datetime, Meta(description="Since when it is not served. UTC.")]

    @classmethod
    def of(cls, kept: KeptRecord) -> "KeptDatabaseResponse":
        """The response for a record."""
        return cls(
            id=kept.id,
            db_server=kept.database_server,
            db_name=kept.db_name,
            kept_until=kept.kept_until,
            replaced_at=kept.created_at,
        )


class KeptDatabaseList(Output):
    """The kept databases of a tenant, the newest first."""

    data: list[KeptDatabaseResponse]
