"""Migrations where DDL commits implicitly: the journal that makes them resumable."""
