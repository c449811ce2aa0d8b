"""Instruments that measure; none of them is a test, none of them asserts a time."""
