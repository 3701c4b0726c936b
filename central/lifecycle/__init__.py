"""What happens to whole tenants after their creation: another database takes the place of theirs.

Moving to another server and restoring a backup are the same: a database is created beside the present one,
filled and verified; then the registry names it, in one transaction. The former one is kept for a while.
"""

__all__: list[str] = []
