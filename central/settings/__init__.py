"""The settings of a process, read from environment variables."""
