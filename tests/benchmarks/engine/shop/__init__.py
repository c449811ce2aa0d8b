"""A small shop: the Django app that the measured pages belong to."""
