"""The Controllers: one file each, with what a route is called, takes and returns, and one service call."""

__all__: list[str] = []
