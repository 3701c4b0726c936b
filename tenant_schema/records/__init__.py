"""The record API: packages in one order, each of which may import those after it only.

========  ============================================================================
service   the operations on records, for every object
csv       import and export
writing   validation, create, update, upsert, delete, bulk
history   the stored changes of records
reading   records, pages, counts, aggregates, expansions
access    the schema as a caller sees it, rights, targets
sql       filters, joins, order, statements and their cache, dialects
query     the model of a query, and its parsers
========  ============================================================================
"""

__all__: list[str] = []
