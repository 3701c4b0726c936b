"""Piccolo engines that Piccolo lacks: SQLite on kept connections, and one that passes on to another."""
