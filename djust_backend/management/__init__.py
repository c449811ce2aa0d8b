"""What the management commands share, and the commands."""
