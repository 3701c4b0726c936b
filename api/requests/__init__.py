"""What handlers read from a request: body, query parameters, uploads, entity tags and addresses."""
