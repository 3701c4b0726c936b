"""One browser for all tests of a module, which run in one event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.api.admin.chromium import launched


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """For tests marked with ``asyncio(loop_scope="module")``."""
    async with launched() as browser:
        yield browser
