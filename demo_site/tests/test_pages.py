"""What a visitor of the demo site gets: pages, search, admin, seeding."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import TestCase

from accounts.models import Profile
from blog.models import Comment, Post
from rentals.models import Lease, MaintenanceRequest, Property
from tests.test_engines import SeededTestCase


class PageTests(SeededTestCase):
    """Pages in a visitor's eyes."""

    def test_dashboard_shows_full_lists(self) -> None:
        """Ten properties, ten requests, five leases."""
        page = self.client.get("/")
        self.assertContains(page, 'class="card"', count=10)
        self.assertContains(page, '<li class="request', count=10)
        self.assertContains(page, '<td class="num">', count=5)

    def test_search_keeps_words_on_the_next_page(self) -> None:
        """The links of the pagination carry the query."""
        page = self.client.get("/properties/", {"q": "e"})
        self.assertContains(page, "?q=e&amp;page=2")
        self.assertContains(page, 'value="e"')

    def test_search_for_nothing_known_says_so(self) -> None:
        """Search words are escaped."""
        page = self.client.get("/properties/", {"q": "<b>"})
        self.assertContains(page, "Nothing found")
        self.assertContains(page, "“&lt;b&gt;”")

    def test_unknown_addresses_are_not_found(self) -> None:
        """No page for rows that do not exist."""
        for path in ("/leases/9999/", "/properties/9999/", "/blog/nothing/", "/people/nobody/"):
            with self.subTest(path=path):
                self.assertEqual(self.client.get(path).status_code, 404)

    def test_engines_page_shows_the_comparison(self) -> None:
        """One row for each page."""
        self.assertContains(self.client.get("/engines/"), "by stock Django", count=3)

    def test_admin_lists_every_model(self) -> None:
        """The change lists and one change form on our engine."""
        self.assertTrue(self.client.login(username="admin", password="demo"))
        lists = ("rentals/property", "rentals/lease", "rentals/tenant", "blog/post", "blog/comment")
        for name in (*lists, "rentals/maintenancerequest", "accounts/profile", "auth/user"):
            with self.subTest(name=name):
                self.assertContains(self.client.get(f"/admin/{name}/"), "result_list")
        self.assertContains(
            self.client.get("/admin/rentals/property/1/change/"), "Add another Lease"
        )


class SeedTests(SeededTestCase):
    """The demo data."""

    def test_amounts(self) -> None:
        """As many rows as the pages need."""
        self.assertEqual(Property.objects.count(), 64)
        self.assertEqual(MaintenanceRequest.objects.count(), 120)
        self.assertEqual(Post.objects.count(), 100)
        self.assertEqual(Comment.objects.count(), 64)
        self.assertEqual(Profile.objects.count(), 12)

    def test_nothing_happens_in_the_future(self) -> None:
        """The demo lives on one day."""
        end = f"{settings.DEMO_TODAY}T23:59:59-05:00"
        self.assertFalse(Comment.objects.filter(created_at__gt=end).exists())
        self.assertFalse(MaintenanceRequest.objects.filter(created_at__gt=end).exists())

    def test_new_rows_get_keys_after_the_seeded_ones(self) -> None:
        """The sequences were moved on."""
        lease = Lease.objects.latest("pk")
        last = lease.pk
        lease.pk = None
        lease.save()
        self.assertGreater(lease.pk, last)


class SuperuserTests(TestCase):
    """Users who are not part of the demo."""

    def test_own_superuser_survives_a_seeding(self) -> None:
        """Only demo users are replaced."""
        User.objects.create_superuser("me", "me@mine.example", "secret")
        call_command("seed_demo", verbosity=0)
        call_command("seed_demo", verbosity=0)
        self.assertTrue(User.objects.filter(username="me").exists())
        self.assertEqual(User.objects.filter(username="admin").count(), 1)
