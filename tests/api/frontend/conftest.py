"""One browser for all tests of a module, which run in one event loop."""

from tests.api.admin.conftest import browser

__all__ = ["browser"]
