"""The standard objects that every tenant starts with: their tables and their definitions."""
