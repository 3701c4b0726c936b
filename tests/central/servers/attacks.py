"""What a tenant's user must not be able to do."""

__all__ = ["ATTACKS"]

ATTACKS = (
    "SELECT * FROM {other}.secrets",
    "INSERT INTO {other}.secrets VALUES (2)",
    "CREATE TABLE {other}.mine (id INT)",
    "DROP TABLE {other}.secrets",
    "DROP DATABASE {other}",
    "CREATE TABLE stolen AS SELECT * FROM {other}.secrets",
    "SELECT user, host FROM mysql.user",
    "UPDATE mysql.user SET user = 'root'",
    "CREATE DATABASE {own}_2",
    "CREATE USER 'mallory'@'%'",
    "GRANT SELECT ON *.* TO '{user}'@'%'",
    "GRANT SELECT ON {own}.* TO 'root'@'%'",
    "SET GLOBAL max_connections = 1",
    "SELECT 1 INTO OUTFILE '/tmp/freehold-attack'",
    "SELECT * FROM mysql.db",
)
