"""What SQLite says is told as our errors, with facts and without values."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from piccolo_engines import errors
from piccolo_engines.errors import DatabaseError
from piccolo_engines.sqlite.errors import is_fatal, translate

SCHEMA = """
    PRAGMA foreign_keys = 1;
    CREATE TABLE band (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, year INTEGER, town TEXT, motto TEXT,
        popularity INTEGER CONSTRAINT positive CHECK (popularity > 0), members INTEGER CHECK (members < 100),
        UNIQUE (year, town)
    );
    CREATE UNIQUE INDEX band_lower ON band (lower(motto));
    CREATE TABLE concert (band INTEGER REFERENCES band);
    CREATE TABLE keyed (id TEXT PRIMARY KEY) WITHOUT ROWID;
    INSERT INTO band (id, name, year, town, motto) VALUES (1, 'secret', 1999, 'Hidden', 'We hide');
    INSERT INTO keyed VALUES ('secret');
    CREATE TRIGGER no_deletes BEFORE DELETE ON band BEGIN SELECT RAISE(ABORT, 'secret bands stay'); END;
"""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def failure(connection: sqlite3.Connection, sql: str, *args: object) -> Exception:
    """What becomes of the driver's error."""
    with pytest.raises((sqlite3.Error, OverflowError, UnicodeEncodeError)) as caught:
        connection.execute(sql, args)
    translated = translate(caught.value)
    assert translated.__cause__ is caught.value
    assert isinstance(translated, DatabaseError)
    assert "secret" not in str(translated)
    assert "Hidden" not in str(translated)
    return translated


@pytest.mark.parametrize(
    ("sql", "table", "columns"),
    [
        ("INSERT INTO band (name) VALUES ('secret')", "band", ("name",)),
        ("INSERT INTO band (name, year, town) VALUES ('other', 1999, 'Hidden')", "band", ("year", "town")),
        ("INSERT INTO band (id, name) VALUES (1, 'other')", "band", ("id",)),
        ("INSERT INTO keyed VALUES ('secret')", "keyed", ("id",)),
        ("INSERT INTO band (name, motto) VALUES ('other', 'WE HIDE')", None, ()),
    ],
)
def test_a_unique_violation_names_table_and_columns_if_sqlite_does(
    connection: sqlite3.Connection, sql: str, table: str | None, columns: tuple[str, ...]
) -> None:
    error = failure(connection, sql)
    assert isinstance(error, errors.UniqueViolation)
    assert (error.table, error.columns) == (table, columns)


def test_a_missing_value_names_its_column(connection: sqlite3.Connection) -> None:
    error = failure(connection, "INSERT INTO band (name) VALUES (NULL)")
    assert isinstance(error, errors.NotNullViolation)
    assert (error.table, error.column) == ("band", "name")


@pytest.mark.parametrize(("column", "constraint"), [("popularity", "positive"), ("members", None)])
def test_a_check_names_itself_if_it_has_a_name(
    connection: sqlite3.Connection, column: str, constraint: str | None
) -> None:
    sql = f"INSERT INTO band (name, {column}) VALUES ('a', ?)"  # noqa: S608  # a column from the list above
    error = failure(connection, sql, -1 if constraint else 100)
    assert isinstance(error, errors.CheckViolation)
    assert error.constraint == constraint


@pytest.mark.parametrize(
    ("sql", "args", "kind"),
    [
        ("INSERT INTO concert VALUES (99)", (), errors.ForeignKeyViolation),
        ("DELETE FROM band", (), errors.IntegrityViolation),
        ("SELECT nonsense FROM band", (), errors.StatementError),
        ("SELECT * FROM nowhere", (), errors.StatementError),
        ("not even SQL", (), errors.StatementError),
        ("SELECT ?", (), errors.StatementError),
        ("SELECT 1; SELECT 2", (), errors.StatementError),
        ("SELECT ?", (object(),), errors.StatementError),
        ("SELECT ?", (2**63,), errors.UnstorableValue),
        ("SELECT ?", ("half a pair: \ud800",), errors.UnstorableValue),
        ("SELECT zeroblob(2000000000)", (), errors.DataTooLong),
    ],
)
def test_other_failures_have_their_kinds(
    connection: sqlite3.Connection, sql: str, args: tuple[object, ...], kind: type[Exception]
) -> None:
    assert isinstance(failure(connection, sql, *args), kind)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO band (name) VALUES ('secret')", sqlite3.IntegrityError),
        ("INSERT INTO concert VALUES (99)", sqlite3.IntegrityError),
        ("SELECT nonsense", sqlite3.OperationalError),
    ],
)
def test_code_that_expects_the_drivers_errors_goes_on_working(
    connection: sqlite3.Connection, sql: str, kind: type[Exception]
) -> None:
    assert isinstance(failure(connection, sql), kind)


def test_a_lock_of_somebody_else_is_a_lock_timeout(tmp_path: Path) -> None:
    first, second = (
        sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None, timeout=0) for _ in range(2)
    )
    first.execute("BEGIN IMMEDIATE")
    error = failure(second, "BEGIN IMMEDIATE")
    assert isinstance(error, errors.LockTimeout)
    assert isinstance(error, sqlite3.OperationalError)
    first.close()
    second.close()


def test_a_transaction_that_cannot_go_on_from_its_snapshot_is_a_deadlock(tmp_path: Path) -> None:
    first, second = (
        sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None, timeout=0) for _ in range(2)
    )
    first.executescript("PRAGMA journal_mode = WAL; CREATE TABLE a (b); BEGIN; SELECT * FROM a")
    first.execute("SELECT * FROM a").fetchall()
    second.execute("INSERT INTO a VALUES (1)")
    assert isinstance(failure(first, "INSERT INTO a VALUES (2)"), errors.Deadlock)
    first.close()
    second.close()


def test_a_read_only_connection_denies_access(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = 1")
    assert isinstance(failure(connection, "INSERT INTO keyed VALUES ('a')"), errors.AccessDenied)


def test_a_full_database_is_a_failure_of_the_storage(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)
    connection.executescript("CREATE TABLE a (b); PRAGMA max_page_count = 3")
    error = failure(connection, "INSERT INTO a VALUES (zeroblob(100000))")
    assert isinstance(error, errors.StorageFailed)
    connection.close()


def test_a_file_that_is_no_database_is_a_failure_of_the_storage_and_fatal_to_the_connection(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.sqlite").write_text("this is no database, " * 100)
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    error = failure(connection, "SELECT * FROM sqlite_master")
    assert isinstance(error, errors.StorageFailed)
    assert isinstance(error.__cause__, Exception)
    assert is_fatal(error.__cause__)
    connection.close()


def test_what_is_no_failure_of_the_database_stays_as_it_is() -> None:
    for error in (ValueError("a converter's"), errors.DatabaseMissing()):
        assert translate(error) is error
        assert not is_fatal(error)


def test_a_deletion_that_a_reference_restricts_breaks_a_foreign_key(connection: sqlite3.Connection) -> None:
    connection.executescript(
        """
        CREATE TABLE town (id INTEGER PRIMARY KEY);
        CREATE TABLE street (town INTEGER REFERENCES town ON DELETE RESTRICT);
        INSERT INTO town VALUES (1);
        INSERT INTO street VALUES (1);
        """
    )
    assert isinstance(failure(connection, "DELETE FROM town"), errors.ForeignKeyViolation)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM missing",
        "SELECT missing FROM band",
        "INSERT INTO band (missing) VALUES (1)",
        "UPDATE band SET missing = 1",
    ],
)
def test_what_is_not_there_is_a_schema_that_does_not_match(connection: sqlite3.Connection, sql: str) -> None:
    assert isinstance(failure(connection, sql), errors.SchemaMismatch)
    assert not isinstance(failure(connection, "SELEKT 1"), errors.SchemaMismatch)
