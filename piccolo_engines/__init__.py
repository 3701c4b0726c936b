"""Piccolo engines that Piccolo lacks: SQLite with kept connections, and an engine that delegates to the one bound."""
