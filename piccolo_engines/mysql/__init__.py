"""A Piccolo engine for MySQL and MariaDB, on asyncmy.

``engine``, ``session``, ``pool`` and ``transaction`` talk to the server; ``literals`` and ``values``
translate values there and back; ``dialect`` teaches Piccolo the SQL.
"""

from piccolo_engines.mysql.engine import MySQLEngine
from piccolo_engines.mysql.sessions.pool import PoolUse
from piccolo_engines.mysql.sessions.settings import PoolSettings
from piccolo_engines.mysql.sessions.transaction import IsolationLevel, MySQLTransaction

__all__ = ["IsolationLevel", "MySQLEngine", "MySQLTransaction", "PoolSettings", "PoolUse"]
