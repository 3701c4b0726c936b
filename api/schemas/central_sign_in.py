"""Signing in on a central host: request and response bodies."""

from typing import Annotated

from msgspec import Meta

from api.schemas.common import Input, Output
from central.registry import TenantRef

__all__ = ["FindRequest", "Found", "FoundTenant", "SignInRequest"]

_LONGEST = 4_096


class SignInRequest(Input):
    """An e-mail address and its password."""

    email: Annotated[str, Meta(max_length=_LONGEST, examples=["ada@acme.example"])]
    password: Annotated[str, Meta(max_length=_LONGEST, examples=["correct horse battery"])]
    code: (
        Annotated[
            str,
            Meta(
                max_length=100,
                description="Not verified here: a tenant asks for its second factor when its ticket is used.",
            ),
        ]
        | None
    ) = None


class FoundTenant(Output):
    """A tenant in which the password is right."""

    name: Annotated[str, Meta(examples=["Acme Corporation"])]
    slug: Annotated[str, Meta(examples=["acme"])]
    url: Annotated[str, Meta(examples=["https://acme.example.com"])]
    ticket_url: Annotated[
        str,
        Meta(
            description=(
                "A page of the tenant, with a ticket in the fragment, which browsers send to nobody. The "
                "page sends the ticket to POST /api/v1/auth/ticket within 60 seconds."
            ),
            examples=["https://acme.example.com/login#ticket=fht_…"],
        ),
    ]

    @classmethod
    def of(cls, tenant: TenantRef, url: str, ticket: str) -> "FoundTenant":
        return cls(name=tenant.name, slug=tenant.slug, url=url, ticket_url=f"{url}/login#ticket={ticket}")


class Found(Output):
    """The tenants in which the password is right."""

    tenants: list[FoundTenant]


class FindRequest(Input):
    """An e-mail address."""

    email: Annotated[str, Meta(max_length=_LONGEST, examples=["ada@acme.example"])]
