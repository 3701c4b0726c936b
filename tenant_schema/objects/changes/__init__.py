"""Changes of objects as journaled DDL: shapes, their difference as operations, a dialect that does them."""

__all__: list[str] = []
