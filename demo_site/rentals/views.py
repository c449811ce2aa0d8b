"""Pages of the letting agency."""

import datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from rentals.models import Lease, MaintenanceRequest, Property

PROPERTIES_PER_PAGE = 12
EXPIRY_WINDOW = datetime.timedelta(days=30)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what the agency looks at in the morning."""
    today = settings.DEMO_TODAY
    return render(
        request,
        "rentals/dashboard.html",
        {
            "properties": Property.objects.order_by("-listed_on", "pk")[:10],
            "maintenance_requests": MaintenanceRequest.objects.exclude(
                status=MaintenanceRequest.Status.DONE
            ).order_by("-created_at", "pk")[:10],
            "expiring_leases": Lease.objects.filter(
                status=Lease.Status.ACTIVE,
                end_date__range=(today, today + EXPIRY_WINDOW),
            ).order_by("end_date", "pk")[:5],
        },
    )


def property_list(request: HttpRequest) -> HttpResponse:
    """Show a page of properties, all of them or those that match the search words."""
    query = request.GET.get("q", "").strip()
    properties = Property.objects.order_by("name", "pk")
    for word in query.split():
        properties = properties.filter(
            Q(name__icontains=word) | Q(street__icontains=word) | Q(city__icontains=word)
        )
    page = Paginator(properties, PROPERTIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "rentals/property_list.html", {"page": page, "query": query})


def property_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one property with its leases and repairs."""
    home = get_object_or_404(Property, pk=pk)
    return render(request, "rentals/property_detail.html", {"property": home})


def lease_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one lease with its parties."""
    lease = get_object_or_404(Lease, pk=pk)
    return render(request, "rentals/lease_detail.html", {"lease": lease})
