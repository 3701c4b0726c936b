"""The SQL of records: conditions, joins, order, statements and their cache, and the dialects of databases."""
