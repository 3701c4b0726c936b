"""Backups: archives of tenants in an object store, taken on a schedule, proved, kept for a while, adopted."""

from piccolo_engines.imports import postpone

__all__: list[str] = []

postpone("obstore")  # 5 MiB, for a process that opens a store
