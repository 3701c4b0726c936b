"""The audit trail of a tenant: written with each action, read page by page."""
