"""Backups: archives of tenants in an object store, taken on a schedule, proved, kept for a while, adopted."""

from piccolo_engines.imports import postpone

__all__: list[str] = []

postpone("obstore")  # 5 MiB, for a process that opens a store
postpone("httpcore2")  # 6 MiB, for one that looks for unfinished uploads in a bucket
