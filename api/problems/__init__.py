"""Errors as problem details (RFC 9457): the table of status codes, the catalog of codes, and HTML pages."""
