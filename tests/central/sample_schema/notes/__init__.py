"""The app ``notes``."""
