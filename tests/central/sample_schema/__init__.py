"""Two small Piccolo apps with migrations of every kind that runs on SQLite, for tests."""
