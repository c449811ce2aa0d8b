"""The shop's own template tags."""
