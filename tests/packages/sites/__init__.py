"""One tiny site for each package: its settings in `__init__.py`, its data and pages in `pages.py`."""
