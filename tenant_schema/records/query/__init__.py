"""Queries as data: parsers of the query string and of JSON, and the model that both produce."""
