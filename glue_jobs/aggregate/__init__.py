"""Tables of the analytics zone, computed from curated ones."""
