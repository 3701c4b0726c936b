"""Readers of requests: body, query parameters, uploads, entity tags and addresses."""
