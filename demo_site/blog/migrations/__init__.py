"""Migrations of ``blog``."""
