"""The SQL of the record API that differs between databases: one protocol, one implementation for each."""
