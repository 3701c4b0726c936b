"""Reading and writing whole tables in a form that is the same for every database: lines of JSON arrays."""
