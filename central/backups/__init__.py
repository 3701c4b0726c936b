"""Backups: archives of tenants in an object store, taken on a schedule, proved, kept for a while, adopted."""
