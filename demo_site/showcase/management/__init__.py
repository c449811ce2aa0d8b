"""Management package of the showcase."""
