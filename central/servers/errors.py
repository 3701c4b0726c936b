"""Errors of creating and finding databases and users on a server.

::

    CentralError
    ├── DatabaseExists(database)
    ├── UserExists(username)
    ├── UnknownServer(server)
    └── NoServerHasRoom
"""

from central.errors import CentralError

__all__ = ["DatabaseExists", "NoServerHasRoom", "UnknownServer", "UserExists"]


class DatabaseExists(CentralError):
    """A database with this name exists. It was not changed."""

    code = "database-exists"

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(
            f"There is a database called {database!r} already; it was left as it is. "
            "Choose another slug, or rename or remove that database."
        )


class UserExists(CentralError):
    """A database user with this name exists. It was not changed."""

    code = "database-user-exists"

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(
            f"There is a database user called {username!r} already; it was left as it is. "
            "Choose another slug, or rename or remove that user."
        )


class UnknownServer(CentralError):
    """A database server that is not configured in this installation."""

    code = "unknown-database-server"

    def __init__(self, server: str) -> None:
        self.server = server
        super().__init__(f"{server!r} is not one of the database servers of this installation.")


class NoServerHasRoom(CentralError):
    """No database server takes new tenants."""

    code = "no-server-has-room"

    def __init__(self) -> None:
        super().__init__(
            "No database server has room for another tenant: all are full, draining or without weight. "
            "Change one of them, or name the server."
        )
