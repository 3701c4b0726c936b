"""Objects at run time: their Piccolo tables, search index, sort keys and the catalog that caches them."""
