"""What tenants may use: plans with limits, and the tables of plans and of usage."""
