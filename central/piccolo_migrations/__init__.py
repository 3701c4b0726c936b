"""Migrations of the central database, in order of their names."""
