"""Schema changes: decided from definitions, written to the journal, executed as DDL by a dialect."""

__all__: list[str] = []
