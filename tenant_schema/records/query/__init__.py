"""Queries as data: the query string and the JSON form of a list, parsed and checked into one model."""
