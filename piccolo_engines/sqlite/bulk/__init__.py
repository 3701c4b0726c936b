"""Whole tables on SQLite: read at one moment, and loaded."""
