"""ASGI middleware: error boundary, tenant lookup, idempotency, and what completes a response."""
