"""Attestation: tries out, while the service runs, whether each tenant's database is isolated from others."""
