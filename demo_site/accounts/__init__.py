"""People and their public profiles."""
