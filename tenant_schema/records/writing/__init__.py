"""Writing records: validation, create, update, upsert, delete, and the same for many records."""
