"""Migrations where DDL commits: the journal that makes them resumable."""
