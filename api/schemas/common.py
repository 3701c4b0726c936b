"""What several schemas share."""

import msgspec

__all__ = ["Input", "NextLink", "Output"]


class Input(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What a client sends."""


class Output(msgspec.Struct, rename="camel"):
    """What a client gets."""


class NextLink(Output):
    """How to go on: the next page's cursor, null on the last page."""

    next: str | None
