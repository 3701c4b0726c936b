"""Archives: everything of one tenant as one stream, which can be read again on any database."""
