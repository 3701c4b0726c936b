"""ASGI middleware: error boundary, tenant lookup, idempotency, and response headers and compression."""
