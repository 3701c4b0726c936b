"""Databases to archive and to load into."""

from collections.abc import Iterator

import pytest

from tests.conftest import Found
from tests.tenant_schema.archives.databases import Databases, databases_in


@pytest.fixture(scope="module")
def databases(servers_found: Found, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("archives")
    with databases_in(servers_found, folder, f"a{abs(hash(str(folder))) % 10**7:07d}_") as made:
        yield made
