"""Schema changes on SQLite, where DDL is transactional."""
