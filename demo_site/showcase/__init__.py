"""Demo data, and the comparison of the two template engines."""
