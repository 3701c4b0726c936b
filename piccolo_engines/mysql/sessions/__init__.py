"""Connections to MySQL: pool, sessions, prepared statements, transactions and batches."""
