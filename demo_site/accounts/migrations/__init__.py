"""Migrations of ``accounts``."""
