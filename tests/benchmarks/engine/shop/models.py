"""The shop's models: what a page of a usual site shows."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """Who buys."""

    TIERS = [("g", "Gold"), ("s", "Silver"), ("b", "Basic")]

    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    email = models.EmailField()
    tier = models.CharField(max_length=1, choices=TIERS)
    joined = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    balance = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        """The first letters of both names."""
        return self.first_name[:1] + self.last_name[:1]

    def get_absolute_url(self) -> str:
        """The customer's page."""
        return reverse("customer", args=[self.pk])


class Product(models.Model):
    """What is sold."""

    CATEGORIES = [("b", _("Books")), ("t", _("Tools")), ("f", _("Food"))]

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField()
    category = models.CharField(max_length=1, choices=CATEGORIES)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    stock = models.IntegerField(default=0)
    weight = models.FloatField(default=0.0)
    added = models.DateField()
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def in_stock(self) -> bool:
        """Whether one can be sent today."""
        return self.stock > 0

    def get_absolute_url(self) -> str:
        """The product's page."""
        return reverse("product", kwargs={"slug": self.slug})


class Order(models.Model):
    """Who bought, when, for how much."""

    STATES = [("n", "New"), ("p", "Paid"), ("s", "Sent"), ("c", "Cancelled")]

    number = models.CharField(max_length=12)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    state = models.CharField(max_length=1, choices=STATES)
    placed = models.DateTimeField()
    total = models.DecimalField(max_digits=10, decimal_places=2)
    is_gift = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.number
