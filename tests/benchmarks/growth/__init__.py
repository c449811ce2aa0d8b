"""How the time of a page grows with its rows, and what threads make of it."""
