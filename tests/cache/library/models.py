"""Shelves and books; SITE_RELEASE says which release of the site this is."""

from __future__ import annotations

import os

from django.db import models


class Shelf(models.Model):
    """The same in both releases."""

    name = models.CharField(max_length=20)

    def label(self) -> str:
        """Code: a plan that rests on none is not shared."""
        return self.name.title()


class Book(models.Model):
    """Has a column more in the second release."""

    title = models.CharField(max_length=20)
    shelf = models.ForeignKey(Shelf, models.CASCADE)
    if os.environ.get("SITE_RELEASE") == "2":
        subtitle = models.CharField(max_length=20)

    def label(self) -> str:
        """Reads a related row."""
        return f"{self.title} ({self.shelf.name})"
