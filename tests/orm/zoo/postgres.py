"""Columns that only PostgreSQL has."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateRangeField, IntegerRangeField
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Chest(models.Model):
    """Arrays, ranges, words to search, and a key that ignores case by its collation."""

    words = ArrayField(models.CharField(max_length=20), default=list)
    grid = ArrayField(ArrayField(models.IntegerField()), null=True)
    span = IntegerRangeField(null=True)
    days = DateRangeField(null=True)
    found = SearchVectorField(null=True)
    data = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    owner = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="chests")

    class Meta:
        app_label = "zoo"
        ordering = ["pk"]


class Drawer(models.Model):
    chest = models.ForeignKey(Chest, models.CASCADE, related_name="drawers")
    sizes = ArrayField(models.DecimalField(max_digits=5, decimal_places=2), default=list)

    class Meta:
        app_label = "zoo"
        ordering = ["pk"]
