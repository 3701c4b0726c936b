"""Making and deleting tenants: visible lists of steps, journaled, finished or undone whatever happens."""

__all__: list[str] = []
