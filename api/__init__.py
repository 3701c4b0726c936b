"""HTTP and the command line: application, host names, routes and errors. No domain logic."""

__all__: list[str] = []
