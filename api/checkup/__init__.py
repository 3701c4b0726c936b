"""The checks of ``freehold doctor``: each reports problems and how to correct them."""
