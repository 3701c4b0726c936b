"""Plans, and what tenants use of them: limits of requests over processes, counts, metering."""
