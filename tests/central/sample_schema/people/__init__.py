"""The app ``people``."""
