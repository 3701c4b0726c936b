"""Whole tables on MySQL and MariaDB: read at one moment, and loaded."""
