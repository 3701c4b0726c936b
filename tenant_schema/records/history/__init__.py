"""The history of records: written with each change, read page by page."""
