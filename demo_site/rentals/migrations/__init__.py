"""Migrations of ``rentals``."""
