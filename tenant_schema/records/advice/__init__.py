"""The index advisor: what was asked of each object, and the indexes that would have helped."""
