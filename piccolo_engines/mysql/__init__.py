"""A Piccolo engine for MySQL and MariaDB, based on asyncmy.

``engine`` and ``sessions`` talk to the server; ``literals`` and ``results`` convert values; ``dialect`` adds
MySQL's SQL to Piccolo; ``migrations`` makes migrations resumable.
"""

from piccolo_engines.mysql.engine import MySQLEngine
from piccolo_engines.mysql.sessions.pool import PoolUse
from piccolo_engines.mysql.sessions.settings import PoolSettings
from piccolo_engines.mysql.sessions.transaction import IsolationLevel, MySQLTransaction

__all__ = ["IsolationLevel", "MySQLEngine", "MySQLTransaction", "PoolSettings", "PoolUse"]
