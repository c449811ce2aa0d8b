"""Tests of several servers of the demo site, as gunicorn runs them, and of what they share."""
