"""The command line: ``freehold`` and its commands, one module for each."""

from api.cli.main import main

__all__ = ["main"]
