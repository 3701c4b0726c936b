"""Routes under /api/v1/data: the records of every object."""
