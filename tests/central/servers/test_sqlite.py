"""SQLite as a database server: one private file for each database, made and dropped with care."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.servers import (
    DatabaseExists,
    DatabaseServers,
    SQLiteServer,
    UnknownServer,
    database_name,
    database_username,
)
from piccolo_engines.errors import DatabaseMissing, InvalidIdentifier
from piccolo_engines.sqlite import SQLiteEngine

SLUGS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tenants"


@pytest.fixture
def server(directory: Path) -> SQLiteServer:
    return SQLiteServer(directory, engine=lambda path: SQLiteEngine(path, create=False))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@given(SLUGS, SLUGS)
def test_two_slugs_never_share_a_database_or_a_user(one, other):
    assert (database_name(one) == database_name(other)) == (one == other)
    assert (database_username(one) == database_username(other)) == (one == other)


@given(SLUGS)
def test_names_are_within_what_mysql_allows(slug):
    assert len(database_name(slug)) <= 64
    assert len(database_username(slug)) <= 32


def test_a_short_slug_is_readable_in_both_names():
    assert (database_name("north-sea"), database_username("north-sea")) == (
        "tenant_north-sea",
        "tenant_north-sea_user",
    )


async def test_a_new_database_is_private(server, directory):
    before = os.umask(0)
    try:
        await server.create_database("tenant_acme")
    finally:
        os.umask(before)
    assert mode(directory) == 0o700
    assert mode(directory / "tenant_acme.sqlite") == 0o600


async def test_a_directory_that_others_could_read_is_closed(server, directory):
    directory.mkdir(parents=True, mode=0o755)
    await server.create_database("tenant_acme")
    assert mode(directory) == 0o700


async def test_sqlites_own_files_are_private_as_well(server, directory):
    await server.create_database("tenant_acme")
    engine = server.engine_for("tenant_acme", None)
    await engine.run_ddl("CREATE TABLE t (x)")
    assert {path.name: mode(path) for path in directory.iterdir()} == {
        f"tenant_acme.sqlite{suffix}": 0o600 for suffix in ("", "-wal", "-shm")
    }
    await engine.close()


async def test_a_database_is_there_once_made_and_gone_once_dropped_with_all_its_files(server, directory):
    assert not await server.database_exists("tenant_acme")
    await server.create_database("tenant_acme")
    for suffix in ("-wal", "-shm", "-journal"):
        (directory / f"tenant_acme.sqlite{suffix}").touch()
    assert await server.database_exists("tenant_acme")
    await server.drop_database("tenant_acme")
    assert not await server.database_exists("tenant_acme")
    assert list(directory.iterdir()) == []


async def test_dropping_touches_no_other_database(server, directory):
    await server.create_database("tenant_acme")
    await server.create_database("tenant_acme_2")
    await server.drop_database("tenant_acme")
    assert [path.name for path in directory.iterdir()] == ["tenant_acme_2.sqlite"]


async def test_dropping_what_is_not_there_is_no_error(server):
    await server.drop_database("tenant_acme")


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
async def test_what_is_left_of_a_database_counts_and_is_never_taken_over(server, directory, suffix):
    directory.mkdir(parents=True)
    (directory / f"tenant_acme.sqlite{suffix}").write_bytes(b"somebody's")
    assert await server.database_exists("tenant_acme")
    with pytest.raises(DatabaseExists):
        await server.create_database("tenant_acme")
    assert (directory / f"tenant_acme.sqlite{suffix}").read_bytes() == b"somebody's"


async def test_a_link_is_not_followed(server, directory, tmp_path):
    directory.mkdir(parents=True)
    target = tmp_path / "target"
    (directory / "tenant_acme.sqlite").symlink_to(target)
    assert await server.database_exists("tenant_acme")
    with pytest.raises(DatabaseExists):
        await server.create_database("tenant_acme")
    assert not target.exists()
    target.write_bytes(b"precious")
    with pytest.raises(DatabaseMissing):
        server.engine_for("tenant_acme", None)
    await server.drop_database("tenant_acme")
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize(
    "name", ["../acme", "tenant_acme/../x", "", "a b", "tenant_acme\0", "/etc/passwd", "ténant"]
)
async def test_a_name_that_is_no_name_never_becomes_a_path(server, name):
    for act in (server.database_exists, server.create_database, server.drop_database):
        with pytest.raises(InvalidIdentifier):
            await act(name)
    with pytest.raises(InvalidIdentifier):
        server.engine_for(name, None)


async def test_an_engine_is_for_a_database_that_exists(server, directory):
    with pytest.raises(DatabaseMissing):
        server.engine_for("tenant_acme", None)
    await server.create_database("tenant_acme")
    engine = server.engine_for("tenant_acme", None)
    await server.drop_database("tenant_acme")
    with pytest.raises(DatabaseMissing):
        await engine.run_ddl("CREATE TABLE t (x)")
    assert list(directory.iterdir()) == []


async def test_there_are_no_users_and_acts_on_them_do_nothing(server, directory):
    await server.create_user("tenant_acme_user", "secret", "tenant_acme")
    assert not await server.user_exists("tenant_acme_user")
    await server.drop_user("tenant_acme_user")
    assert not directory.exists()


def test_a_server_is_known_by_name_and_no_other_is_made_up(server):
    servers = DatabaseServers([server])
    assert servers.default is server
    assert servers.get("sqlite") is server
    with pytest.raises(UnknownServer, match="'db9:3306' is not one"):
        servers.get("db9:3306")
