"""One file for each of the built-in tags: good and bad input in one table, on both engines."""
