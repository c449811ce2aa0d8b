"""Tests of the demo site: run ``manage.py test`` in its folder."""
