"""One-time links and forgotten passwords: request and response bodies."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from api.schemas.common import Input, Output
from tenant_schema.users.links.store import FoundLink

__all__ = [
    "Delivery",
    "EmailAddress",
    "LinkToken",
    "MailsSent",
    "OneTimeLinkResponse",
    "Provider",
    "SignInOptions",
]

_LONGEST = 4_096

Delivery = Annotated[
    Literal["mail", "file", "none"],
    Meta(
        description=(
            "`mail`: mails are sent. `file`: they are written to files, in local use. `none`: this "
            "installation has no mail server."
        )
    ),
]


class EmailAddress(Input):
    """An e-mail address."""

    email: Annotated[str, Meta(max_length=_LONGEST, examples=["ada@acme.example"])]


class MailsSent(Output):
    """What becomes of mails. The same for every address."""

    delivery: Delivery


class LinkToken(Input):
    """The token of a one-time link: the last part of its address."""

    token: Annotated[str, Meta(max_length=_LONGEST, examples=["fhl_…"])]


class OneTimeLinkResponse(Output):
    """What a valid link is for, and whose it is."""

    purpose: Literal["invitation", "password-reset", "email-change"]
    email: Annotated[
        str,
        Meta(
            description="The user's address; the new one for `email-change`.", examples=["ada@acme.example"]
        ),
    ]
    name: Annotated[str, Meta(examples=["Ada Lovelace"])]
    expires_at: datetime

    @classmethod
    def of(cls, link: FoundLink) -> "OneTimeLinkResponse":
        return cls(
            purpose=link.purpose.value,
            email=link.new_email or link.email,
            name=link.name,
            expires_at=link.expires_at,
        )


class Provider(Output):
    """An identity provider with which users may sign in."""

    id: Annotated[str, Meta(description="For `/api/v1/auth/oidc/{provider}/start`.", examples=["example"])]
    label: Annotated[str, Meta(examples=["Example"])]


class SignInOptions(Output):
    """The ways to sign in to this tenant."""

    password: bool
    passkeys: bool
    providers: list[Provider]
    forgot: Annotated[bool, Meta(description="Whether a reset link can be requested by mail.")]
