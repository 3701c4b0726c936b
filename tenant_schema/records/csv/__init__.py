"""Import and export of records as CSV (RFC 4180)."""
