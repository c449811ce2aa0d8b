"""A blog: posts, tags and comments."""
