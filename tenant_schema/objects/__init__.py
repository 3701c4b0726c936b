"""A tenant's objects: their definitions, their fields, and the run-time tables built from them."""

__all__: list[str] = []
