"""What a tenant's objects are: their definitions, their fields, and the run-time tables made from them."""

__all__: list[str] = []
