"""The same views by an expert: select_related, prefetch_related, only, and counts by subquery."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tests.benchmarks.orm import naive
from tests.benchmarks.orm.office.models import (
    Comment,
    Entry,
    Lease,
    MaintenanceRequest,
    Post,
    Property,
    Tag,
)


def dashboard(turn: int) -> dict[str, Any]:
    """Three queries."""
    properties = Property.objects.only(
        "name", "street", "city", "bedrooms", "monthly_rent", "listed_on"
    )
    requests = (
        MaintenanceRequest.objects.exclude(status="done")
        .select_related("property", "tenant__user")
        .only(
            "title",
            "priority",
            "created_at",
            "property__name",
            "property__city",
            "tenant__user__first_name",
            "tenant__user__last_name",
        )
    )
    leases = (
        Lease.objects.filter(status="active", end_date__lte=naive.SOON)
        .select_related("property", "tenant__user")
        .only(
            "monthly_rent",
            "end_date",
            "property__name",
            "tenant__user__first_name",
            "tenant__user__last_name",
            "tenant__user__email",
        )
    )
    return {
        "properties": properties[turn : turn + 10],
        "requests": requests[turn : turn + 10],
        "leases": leases[turn : turn + 5],
    }


def _posts() -> QuerySet[Post]:
    return Post.objects.select_related("author__profile", "category").only(
        "title",
        "summary",
        "is_featured",
        "published_at",
        "author__first_name",
        "author__last_name",
        "author__profile__headline",
        "author__profile__city",
        "category__name",
    )


def blog(turn: int) -> dict[str, Any]:
    """One query."""
    return {"posts": _posts()[turn : turn + 100]}


def blog_full(turn: int) -> dict[str, Any]:
    """Three queries: the posts with their counts, the tags, the latest three comments of each."""
    counts = (
        Comment.objects.filter(post=OuterRef("pk"))
        .order_by()
        .values("post")
        .annotate(count=Count("pk"))
        .values("count")
    )
    comments = Comment.objects.select_related("author").only(
        "post_id", "body", "created_at", "author__username"
    )
    posts = (
        _posts()
        .annotate(comment_count=Coalesce(Subquery(counts, output_field=IntegerField()), 0))
        .prefetch_related(
            Prefetch("tags", Tag.objects.only("name")),
            Prefetch("comments", comments[:3], to_attr="latest_comments"),
        )
    )
    return {"posts": posts[turn : turn + 100]}


def profile(turn: int) -> dict[str, Any]:
    """Two queries."""
    posts = Post.objects.only("title", "published_at", "author_id")
    member = (
        User.objects.select_related("profile")
        .prefetch_related(Prefetch("posts", posts))
        .only(
            "username",
            "first_name",
            "last_name",
            "profile__headline",
            "profile__city",
            "profile__bio",
        )
    )
    return {"member": member.get(pk=3 + turn)}


def page50(turn: int) -> dict[str, Any]:
    """Two queries, the count of all posts among them."""
    posts = Post.objects.select_related("author", "category").only(
        "title", "published_at", "author__first_name", "author__last_name", "category__name"
    )
    return {"page": Paginator(posts, 50).page(3 + turn)}


def _entries() -> QuerySet[Entry]:
    return Entry.objects.select_related("branch", "account").only(
        "number", "text", "quantity", "amount", "branch__name", "account__name"
    )


def wide1000(turn: int) -> dict[str, Any]:
    """One query."""
    return {"entries": _entries()[turn : turn + 1_000]}


def wide10000(turn: int) -> dict[str, Any]:
    """One query."""
    return {"entries": _entries()[turn : turn + 10_000]}


def methods(turn: int) -> dict[str, Any]:
    """One query; what the methods read is among the columns."""
    posts = Post.objects.select_related("author").only(
        "title", "slug", "words", "author__first_name", "author__last_name"
    )
    return {"posts": posts[turn : turn + 100]}


no_models = naive.no_models
