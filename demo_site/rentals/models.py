"""The letting agency: what is let, to whom, and what is broken."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Tenant(models.Model):
    """A user who rents."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tenant"
    )
    phone = models.CharField(max_length=20)
    employer = models.CharField(max_length=80, blank=True)

    class Meta:
        """By age of the contact."""

        ordering = ["pk"]

    def __str__(self) -> str:
        """Name the tenant after its user."""
        return self.user.get_full_name()


class Property(models.Model):
    """A house or flat to let."""

    class Kind(models.TextChoices):
        """What sort of home it is."""

        HOUSE = "house", _("House")
        FLAT = "flat", _("Flat")
        LOFT = "loft", _("Loft")
        STUDIO = "studio", _("Studio")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    postal_code = models.CharField(max_length=10)
    bedrooms = models.PositiveSmallIntegerField()
    area = models.PositiveIntegerField(help_text=_("In square feet."))
    monthly_rent = models.DecimalField(max_digits=8, decimal_places=2)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="managed_properties"
    )
    listed_on = models.DateField(db_index=True)

    class Meta:
        """Newest first, with a plural that English can bear."""

        ordering = ["-listed_on", "pk"]
        verbose_name_plural = "properties"

    def __str__(self) -> str:
        """Name the property."""
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the property's page."""
        return reverse("rentals:property_detail", args=[self.pk])


class MaintenanceRequest(models.Model):
    """Something that a tenant wants repaired."""

    class Status(models.TextChoices):
        """How far the repair is."""

        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")

    class Priority(models.TextChoices):
        """How urgent the repair is."""

        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        URGENT = "urgent", _("Urgent")

    property = models.ForeignKey(
        Property, on_delete=models.CASCADE, related_name="maintenance_requests"
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="maintenance_requests"
    )
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering = ["-created_at", "pk"]
        indexes = [models.Index(fields=["status", "created_at"], name="request_status_created")]

    def __str__(self) -> str:
        """Name the request."""
        return self.title


class Lease(models.Model):
    """A contract between the agency and a tenant about a property."""

    class Status(models.TextChoices):
        """Whether the contract is in force."""

        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="leases")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="leases")
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    monthly_rent = models.DecimalField(max_digits=8, decimal_places=2)
    deposit = models.DecimalField(max_digits=8, decimal_places=2)
    start_date = models.DateField()
    end_date = models.DateField()
    notes = models.TextField(blank=True)

    class Meta:
        """The next to end first."""

        ordering = ["end_date", "pk"]
        indexes = [models.Index(fields=["status", "end_date"], name="lease_status_end")]

    def __str__(self) -> str:
        """Say who lives where."""
        return f"{self.tenant} at {self.property}"

    def get_absolute_url(self) -> str:
        """Return the address of the lease's page."""
        return reverse("rentals:lease_detail", args=[self.pk])

    def yearly_rent(self) -> Decimal:
        """Return the rent of twelve months."""
        return self.monthly_rent * 12
