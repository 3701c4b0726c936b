"""Tables of managers, bands and concerts."""

from collections.abc import AsyncIterator

import pytest

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import MUSIC, created


@pytest.fixture
async def music(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, *MUSIC):
        yield engine
