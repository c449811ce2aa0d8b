"""One file for each of the built-in filters: good and bad input in one table, on both engines."""
