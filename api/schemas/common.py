"""What several answers share."""

import msgspec

__all__ = ["Input", "Output"]


class Input(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What a client sends."""


class Output(msgspec.Struct, rename="camel"):
    """What a client gets."""
