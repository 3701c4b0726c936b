"""Layouts of pages and views: validation, the names they use, and what a caller sees of them."""
