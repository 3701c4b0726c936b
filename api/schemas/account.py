"""The caller's own account: request and response bodies."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.users.account.service import AccountRecord, AccountUpdate, DateFormat, NumberFormat

__all__ = ["AccountChangesBody", "AccountResponse"]

_LONGEST = 4_096
_Language = Annotated[
    str,
    Meta(max_length=100, description="A language tag (RFC 5646); empty: the tenant's.", examples=["de-CH"]),
]
_TimeZone = Annotated[
    str,
    Meta(
        max_length=100,
        description="A name of the IANA time zone database; empty: the tenant's.",
        examples=["Europe/Zurich"],
    ),
]
_NumberFormat = Annotated[
    NumberFormat, Meta(description="As an example; empty: that of the language.", examples=["1'234.5"])
]
_DateFormat = Annotated[DateFormat, Meta(description="Empty: that of the language.", examples=["dd.mm.yyyy"])]


class AccountResponse(Output):
    """The caller's account."""

    id: Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
    email: Annotated[str, Meta(examples=["ada@acme.example"])]
    name: Annotated[str, Meta(examples=["Ada Lovelace"])]
    language: _Language
    time_zone: _TimeZone
    number_format: _NumberFormat
    date_format: _DateFormat
    password_set: Annotated[
        bool, Meta(description="Whether the user can sign in with a password, and a new address takes it.")
    ]
    pending_email: Annotated[
        str | None, Meta(description="A new address that has not been confirmed yet.", examples=[None])
    ]

    @classmethod
    def of(cls, account: AccountRecord) -> "AccountResponse":
        return cls(
            id=str(account.id),
            email=account.email,
            name=account.name,
            language=account.language,
            time_zone=account.time_zone,
            number_format=account.number_format,
            date_format=account.date_format,
            password_set=account.has_password,
            pending_email=account.pending_email,
        )


class AccountChangesBody(Input):
    """Changes of the caller's account."""

    name: Annotated[str, Meta(max_length=1_000, examples=["Ada Lovelace"])] | UnsetType = UNSET
    language: _Language | UnsetType = UNSET
    time_zone: _TimeZone | UnsetType = UNSET
    number_format: _NumberFormat | UnsetType = UNSET
    date_format: _DateFormat | UnsetType = UNSET
    email: (
        Annotated[
            str,
            Meta(
                max_length=1_000,
                description="Counts once it is confirmed by the link that is mailed to it.",
                examples=["ada@acme.example"],
            ),
        ]
        | UnsetType
    ) = UNSET
    password: (
        Annotated[
            str,
            Meta(
                max_length=_LONGEST,
                description="The current password, for a new address.",
                examples=["correct horse battery"],
            ),
        ]
        | UnsetType
    ) = UNSET

    def wanted(self) -> AccountUpdate:
        """The arguments for the service."""
        return AccountUpdate(
            email=None if self.email is UNSET else self.email,
            password=None if self.password is UNSET else self.password,
            name=None if self.name is UNSET else self.name,
            language=None if self.language is UNSET else self.language,
            time_zone=None if self.time_zone is UNSET else self.time_zone,
            number_format=None if self.number_format is UNSET else self.number_format,
            date_format=None if self.date_format is UNSET else self.date_format,
        )
