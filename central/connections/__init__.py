"""Connections to MySQL and MariaDB servers: one budget per server and process, shared by all its tenants."""

__all__: list[str] = []
