"""The office's models: every ordering is total and every foreign key has its constraint."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse


class Tenant(models.Model):
    """A user who rents."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="tenant")
    phone = models.CharField(max_length=20)
    employer = models.CharField(max_length=80)
    since = models.DateField()

    class Meta:
        ordering = ["pk"]


class Property(models.Model):
    """A home to let."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    postal_code = models.CharField(max_length=10)
    bedrooms = models.PositiveSmallIntegerField()
    area = models.PositiveIntegerField()
    monthly_rent = models.DecimalField(max_digits=8, decimal_places=2)
    description = models.TextField()
    listed_on = models.DateField(db_index=True)

    class Meta:
        ordering = ["-listed_on", "-pk"]
        verbose_name_plural = "properties"


class MaintenanceRequest(models.Model):
    """Something to repair."""

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="requests")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="requests")
    title = models.CharField(max_length=120)
    description = models.TextField()
    priority = models.CharField(max_length=8)
    status = models.CharField(max_length=12)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]


class Lease(models.Model):
    """A contract about a property."""

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="leases")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="leases")
    status = models.CharField(max_length=8)
    monthly_rent = models.DecimalField(max_digits=8, decimal_places=2)
    deposit = models.DecimalField(max_digits=8, decimal_places=2)
    start_date = models.DateField()
    end_date = models.DateField(db_index=True)
    notes = models.TextField()

    class Meta:
        ordering = ["end_date", "pk"]


class Profile(models.Model):
    """What a user says about themselves."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    headline = models.CharField(max_length=120)
    bio = models.TextField()
    city = models.CharField(max_length=80)
    website = models.URLField()

    class Meta:
        ordering = ["pk"]


class Category(models.Model):
    """What a post is about."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    description = models.TextField()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"


class Tag(models.Model):
    """A word on a post."""

    name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["name"]


class Post(models.Model):
    """An entry of the blog."""

    title = models.CharField(max_length=120)
    slug = models.SlugField()
    summary = models.CharField(max_length=250)
    body = models.TextField()
    words = models.PositiveIntegerField()
    is_featured = models.BooleanField()
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="posts")
    tags = models.ManyToManyField(Tag, related_name="posts")

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["-published_at", "-id"], name="bench_post_newest")]

    def get_absolute_url(self) -> str:
        """The post's page."""
        return reverse("post", args=[self.slug, self.pk])

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, self.words // 200)


class Comment(models.Model):
    """What a user says about a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]


class Branch(models.Model):
    """A place of the office."""

    name = models.CharField(max_length=60)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    opened_on = models.DateField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "branches"


class Account(models.Model):
    """Where an amount is booked."""

    number = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    is_open = models.BooleanField()

    class Meta:
        ordering = ["number"]


class Entry(models.Model):
    """A line of the ledger: twenty-five columns, the key and two foreign keys among them."""

    number = models.CharField(max_length=16)
    text = models.CharField(max_length=120)
    quantity = models.IntegerField()
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    tax = models.DecimalField(max_digits=10, decimal_places=2)
    rate = models.DecimalField(max_digits=5, decimal_places=2)
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    due_on = models.DateField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    is_paid = models.BooleanField()
    is_checked = models.BooleanField()
    period = models.IntegerField()
    year = models.IntegerField()
    batch = models.IntegerField()
    reference = models.CharField(max_length=40)
    partner = models.CharField(max_length=80)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    weight = models.FloatField()
    note = models.TextField()
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="entries")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "entries"
