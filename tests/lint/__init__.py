"""Checks that no other tool makes: directions of imports, sizes, machine paths."""
