"""How a tenant presents itself: its name, logo and accent, and what its users' settings fall back to."""
