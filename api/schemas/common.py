"""Bases and parts of several schemas."""

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["FactorProofCode", "Input", "NextLink", "Output", "SignInCode"]

FactorProofCode = Annotated[
    str,
    Meta(
        max_length=100,
        description="Six digits of an authenticator app, or a recovery code.",
        examples=["123456"],
    ),
]
"""A code that proves a factor."""
SignInCode = Annotated[
    str,
    Meta(
        max_length=100,
        description="Of an authenticator app, or a recovery code, for users with a second factor.",
        examples=["123456"],
    ),
]
"""A code with a password or a ticket."""


class Input(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The base of request bodies: unknown fields are refused."""


class Output(msgspec.Struct, rename="camel"):
    """The base of response bodies."""


class NextLink(Output):
    """The cursor of the next page, null on the last page."""

    next: str | None
