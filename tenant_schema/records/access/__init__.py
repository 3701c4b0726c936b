"""The rights of a caller to objects and records, and the schema as the caller sees it."""
