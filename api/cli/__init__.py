"""The command line: ``freehold`` and its commands, one module per command."""

from api.cli.main import main

__all__ = ["main"]
