"""Bases and parts of several schemas."""

import msgspec

__all__ = ["Input", "NextLink", "Output"]


class Input(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The base of request bodies: unknown fields are refused."""


class Output(msgspec.Struct, rename="camel"):
    """The base of response bodies."""


class NextLink(Output):
    """The cursor of the next page, null on the last page."""

    next: str | None
