"""The kinds of jobs, and the delivery of what tenants' outboxes contain."""
