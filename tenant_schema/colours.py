"""The names of colours that tenants choose from: those of Mantine, the workspace's components."""

from typing import Final

__all__ = ["COLOURS"]

COLOURS: Final = (
    "dark",
    "gray",
    "red",
    "pink",
    "grape",
    "violet",
    "indigo",
    "blue",
    "cyan",
    "teal",
    "green",
    "lime",
    "yellow",
    "orange",
)
