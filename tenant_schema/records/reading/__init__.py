"""Reading records: one record, pages, counts, aggregates, related records and the trash."""
