"""Instruments that measure; a test only asks whether the pages are right, never for a time."""
