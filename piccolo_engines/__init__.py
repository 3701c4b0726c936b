"""Piccolo engines that Piccolo lacks: MySQL and MariaDB, SQLite that keeps its connections, and a slot."""
