"""later: a command whose module is imported when the command is run, so that the others start quickly."""

from importlib import import_module
from typing import Any

import rich_click as click

__all__ = ["Later", "later"]


class Later(click.RichCommand):
    """Stands for a command in the list of its group."""

    def __init__(self, name: str, module: str, attribute: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self._module, self._attribute = module, attribute

    def load(self) -> click.Command:
        """Return the command itself."""
        command: click.Command = getattr(import_module(self._module), self._attribute)
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of the command itself: it parses the arguments and is run."""
        return self.load().make_context(info_name, args, parent, **extra)


def later(name: str, command: str, summary: str) -> click.Command:
    """Return a command to add to a group.

    :param command: as ``module:attribute``.
    :param summary: the first sentence of the command's docstring, for the list of commands.
    """
    module, _, attribute = command.partition(":")
    return Later(name, module, attribute, summary)
