"""Database servers: create and drop tenants' databases and users, behind one protocol.

``sqlite`` is a directory of files; ``mysql`` is a MySQL or MariaDB server with one user per database. The
latter is not imported here: see :mod:`central.servers.installed`.
"""

from central.connections.login import Login
from central.servers.errors import DatabaseExists, NoServerHasRoom, UnknownServer, UserExists
from central.servers.names import database_name, database_username, server_name
from central.servers.protocol import DatabaseServer, DatabaseServers
from central.servers.sqlite import SQLiteServer

__all__ = [
    "DatabaseExists",
    "DatabaseServer",
    "DatabaseServers",
    "Login",
    "NoServerHasRoom",
    "SQLiteServer",
    "UnknownServer",
    "UserExists",
    "database_name",
    "database_username",
    "server_name",
]
