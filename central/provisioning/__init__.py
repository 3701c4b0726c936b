"""Creating and deleting tenants: lists of steps with a journal, each run either finished or undone."""

__all__: list[str] = []
