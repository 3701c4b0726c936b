"""Piccolo engines for MySQL, MariaDB and SQLite, and a slot that forwards to the engine bound to it."""
