"""Pages of real applications: what their rendering takes on stock Django and on our engine."""
