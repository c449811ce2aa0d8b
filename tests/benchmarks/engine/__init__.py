"""The template engine measured against stock Django and against other engines, page by page."""
