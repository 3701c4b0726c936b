"""The command line: ``freehold serve``, ``setup``, ``migrate``, ``operators`` and ``tenants``."""

from api.cli.main import main

__all__ = ["main"]
