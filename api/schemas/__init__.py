"""What goes over the wire: one Struct for each body and answer, in camelCase, unknown fields refused."""

__all__: list[str] = []
