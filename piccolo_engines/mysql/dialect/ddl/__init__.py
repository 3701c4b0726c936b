"""DDL for MySQL: tables, columns, indexes, alterations and migrations."""
