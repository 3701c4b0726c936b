"""The audit trail of a tenant: events are written with each action and read page by page."""
