"""Archives of tenants: queries and responses for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from api.schemas.tenants import ProvisionedResponse

__all__ = ["ArchiveSource", "ExportQuery", "ImportQuery", "ImportedResponse"]


class ExportQuery(Input):
    """Options of an export."""

    recipient: (
        Annotated[
            str,
            Meta(
                max_length=200,
                description=(
                    "A public key, as `freehold archive keygen` prints it; its private half opens it."
                ),
                examples=["freehold-public-AAAA"],
            ),
        ]
        | UnsetType
    ) = UNSET


class ImportQuery(Input):
    """The tenant to create from an archive."""

    slug: Annotated[
        str, Meta(description="The name in host names and databases.", max_length=100, examples=["acme2"])
    ]
    name: Annotated[
        str,
        Meta(description="The display name.", min_length=1, max_length=200, examples=["Acme Corporation"]),
    ]
    primary_domain: Annotated[
        str,
        Meta(
            description="A label under the first base domain, or a full host name.",
            min_length=1,
            max_length=253,
            examples=["acme2"],
        ),
    ]
    db_host: (
        Annotated[str, Meta(description="A database server that this installation allows.", max_length=253)]
        | UnsetType
    ) = UNSET
    db_port: Annotated[int, Meta(description="Its port.", ge=1, le=65_535)] | UnsetType = UNSET


class ArchiveSource(Output):
    """Whose archive it was, and when it was taken."""

    tenant_id: Annotated[UUID, Meta(examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
    slug: Annotated[str, Meta(examples=["acme"])]
    name: Annotated[str, Meta(examples=["Acme Corporation"])]
    taken_at: Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]
    version: Annotated[str, Meta(description="Of Freehold, which wrote it.", examples=["0.1.0"])]
    database: Annotated[str, Meta(description="`sqlite`, `mariadb` or `mysql`.", examples=["mysql"])]


class ImportedResponse(ProvisionedResponse):
    """A tenant that was created from an archive. Its users have the passwords that they had."""

    archive: ArchiveSource
    digest: Annotated[
        str,
        Meta(description="Of the archive's contents: SHA-256, in hexadecimal.", examples=["9f86d081" * 8]),
    ]
    rows: Annotated[int, Meta(ge=0, description="Read from the archive.", examples=[1234])]
    left_out: Annotated[
        dict[str, int],
        Meta(
            description="Rows that were left out, by table: they are bound to the tenant of the archive.",
            examples=[{"api_keys": 2}],
        ),
    ]
