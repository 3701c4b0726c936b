"""The central tables and their migrations agree, and nothing of them is read without a binding."""

import pytest

from central.piccolo_app import APP_CONFIG
from central.tables import Credential, OperatorToken, Tenant
from piccolo_engines.errors import EngineNotBound
from piccolo_engines.sqlite import SQLiteEngine


async def test_every_table_is_in_the_database(central: SQLiteEngine) -> None:
    for table in APP_CONFIG.table_classes:
        assert await table.count() == 0


async def test_secrets_are_secret_columns() -> None:
    assert Credential.secret in Credential._meta.secret_columns
    assert OperatorToken.token_hash in OperatorToken._meta.secret_columns


async def test_without_a_binding_there_is_no_central_database() -> None:
    with pytest.raises(EngineNotBound):
        await Tenant.select()
