"""The management commands of djust_backend, on the demo site."""

import json
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.db.models import F
from django.db.models.signals import post_init
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Library
from django.test import override_settings
from django.urls import path
from django.views.generic import ListView

from config.engines import OURS
from djust_backend.cache import events
from djust_backend.orm import forget_plans
from rentals.models import Lease, Property
from tests.test_engines import SeededTestCase

COMMANDS = ("clear_jit_cache", "compile_jit_cache", "explain_template", "warmup_jit_cache")


register = Library()


@register.filter
def boss(lease: Lease) -> str:
    """Walk relations that no template shows."""
    return lease.property.manager.username


class PropertyView(ListView):
    """A list that declares all that a plan needs."""

    model = Property
    template_name = "listed.html"
    context_object_name = "homes"


def broken(request: HttpRequest) -> HttpResponse:
    """Fail as a view with a mistake does."""
    raise RuntimeError("no such thing")


def typo(request: HttpRequest) -> HttpResponse:
    """Render a template that asks for an attribute that is not there."""
    return render(request, "typo.html", {"homes": Property.objects.order_by("pk")})


def chosen(request: HttpRequest) -> HttpResponse:
    """Render a template with rows in other shapes than a QuerySet of instances."""
    homes = Property.objects.order_by("pk")
    context = {
        "values": homes.values("name", boss=F("manager__username")),
        "listed": list(homes[:3]),
        "leases": Lease.objects.order_by("pk")[:5],
    }
    return render(request, "chosen.html", context)


def leave(request: HttpRequest) -> HttpResponse:
    """Log the user out, as a link in a menu may."""
    logout(request)
    return HttpResponse()


@login_required(login_url="/homes/")
def private(request: HttpRequest) -> HttpResponse:
    """Answer users only."""
    return HttpResponse(request.user.get_username())


def pages() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is rendered without a request."""
    yield "listed.html", {"homes": Property.objects.order_by("name", "pk")}
    yield "typo.html", {}


def no_pages() -> list[str]:
    """Return something else."""
    return ["listed.html"]


urlpatterns = [
    path("chosen/", chosen),
    path("leave/", leave, name="leave"),
    path("private/", private, name="private"),
    path("homes/", PropertyView.as_view(), name="homes"),
    path("broken/", broken, name="broken"),
    path("typo/", typo, name="typo"),
]

TEMPLATES = {
    "listed.html": "{% for home in homes %}{{ home }} {{ home.manager.username }}{% endfor %}",
    "typo.html": "{% for home in homes %}{{ home.nane }}{{ home.manager.user_name }}{% endfor %}",
    "chosen.html": (
        "{% for row in values %}{{ row.name }}{{ row.boss }}{% endfor %}"
        "{% for home in listed %}{{ home.nane }}{{ home.manager.username }}{% endfor %}"
        "{% load walking %}{% for lease in leases %}{{ lease|boss }}{% endfor %}"
    ),
}


class CommandTestCase(SeededTestCase):
    """A test case with a folder of its own for plans."""

    def setUp(self) -> None:
        """Start as a new process does, with an empty store."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.set_config(JIT_CACHE_DIR=str(self.folder / "plans"))
        self.start_again()
        self.addCleanup(self.start_again)

    def set_config(self, **config: Any) -> None:
        """Set DJUST_CONFIG until the end of the test."""
        override = override_settings(DJUST_CONFIG=config)
        override.enable()
        self.addCleanup(override.disable)

    def use_templates(self, **templates: str) -> None:
        """Let the site have these templates and the lists above instead of its own."""
        loader = ("django.template.loaders.locmem.Loader", templates)
        entry = {
            "BACKEND": "djust_backend.django.DjustTemplates",
            "NAME": OURS,
            "OPTIONS": {"loaders": [loader], "libraries": {"walking": __name__}},
        }
        override = override_settings(TEMPLATES=[entry], ROOT_URLCONF=__name__)
        override.enable()
        self.addCleanup(override.disable)

    def start_again(self) -> None:
        """Forget what this process remembers."""
        forget_plans()
        events.reset()

    def run_command(self, *words: str, fails: bool = False) -> str:
        """Run a command; return what it wrote to both streams."""
        out = StringIO()
        try:
            call_command(*words, stdout=out, stderr=out, no_color=True)
        except SystemExit as end:
            self.assertTrue(fails, out.getvalue())
            self.assertEqual(end.code, 1)
        else:
            self.assertFalse(fails, out.getvalue())
        return out.getvalue()


class HelpTests(CommandTestCase):
    """What a person is told."""

    def test_every_command_and_option_is_explained(self) -> None:
        """Sentences, not only names."""
        for name in COMMANDS:
            with self.subTest(name=name):
                self.assertEqual(get_commands()[name], "djust_backend")
                command = load(name)
                self.assertGreater(len(command.help), 80)
                for action in command.create_parser("manage.py", name)._actions:
                    self.assertTrue(action.help, action.dest)


class WarmupTests(CommandTestCase):
    """`warmup_jit_cache`."""

    def test_a_second_process_derives_nothing(self) -> None:
        """What one process stores, the next one finds."""
        pages = ["rentals:dashboard", "/blog/", "rentals:property_list"]
        self.assertIn(
            "0 were known; kept in filesystem", self.run_command("warmup_jit_cache", *pages)
        )
        self.assertGreater(events.counts["compiled"], 0)
        self.start_again()
        text = self.run_command("warmup_jit_cache", *pages)
        self.assertIn("0 plans derived", text)
        self.assertEqual(events.counts["compiled"], 0)

    def test_the_table_shows_status_and_queries(self) -> None:
        """One line a page."""
        text = self.run_command("warmup_jit_cache", "--urls", "/", "/leases/9999/")
        self.assertRegex(text, r"\n/ +200 +3 +[\d.]+ +\d+ +0\n")
        self.assertRegex(text, r"\n/leases/9999/ +404 ")

    def test_all_get_finds_routes_without_arguments(self) -> None:
        """Those of included URLconfs, too."""
        self.use_templates(**TEMPLATES)
        text = self.run_command("warmup_jit_cache", "--all-get", fails=True)
        self.assertIn("/homes/ ", text)
        self.assertIn("/broken/: RuntimeError: no such thing", text)
        self.assertIn("6 pages, 1 failed", text)

    def test_views_go_by_their_names(self) -> None:
        """Those of classes and functions, with a name of their URL and without."""
        self.use_templates(**TEMPLATES)
        names = ("PropertyView", "typo", "chosen")
        text = self.run_command("warmup_jit_cache", *(f"{__name__}.{name}" for name in names))
        for address in ("/homes/", "/typo/", "/chosen/"):
            self.assertRegex(text, rf"{address} +200 ")

    def test_a_view_with_arguments(self) -> None:
        """They follow the name."""
        text = self.run_command("warmup_jit_cache", "rentals.views.property_detail=3")
        self.assertRegex(text, r"/properties/3/ +200 ")

    def test_given_contexts_need_no_request(self) -> None:
        """What the page derives is stored."""
        self.use_templates(**TEMPLATES)
        text = self.run_command("warmup_jit_cache", "--contexts", f"{__name__}.pages")
        self.assertRegex(text, r"listed.html +200 +1 ")
        self.assertIn("2 pages, 0 failed", text)
        self.start_again()
        self.run_command("warmup_jit_cache", "--contexts", f"{__name__}.pages")
        self.assertEqual(events.counts["compiled"], 0)

    def test_a_user_who_is_logged_out_on_the_way_logs_in_again(self) -> None:
        """A site has links that do this."""
        self.use_templates(**TEMPLATES)
        text = self.run_command("warmup_jit_cache", "leave", "private", "--user", "admin")
        self.assertRegex(text, r"/private/ +200 ")

    def test_a_site_for_https_alone_is_asked_by_https(self) -> None:
        """Its pages are rendered, not redirected."""
        middleware = ["django.middleware.security.SecurityMiddleware"]
        self.use_templates(**TEMPLATES)
        with override_settings(SECURE_SSL_REDIRECT=True, MIDDLEWARE=middleware):
            self.assertRegex(self.run_command("warmup_jit_cache", "homes"), r"/homes/ +200 ")

    def test_a_store_that_keeps_nothing_is_a_failure(self) -> None:
        """A deployment has to hear of it."""
        (self.folder / "file").write_text("in the way")
        for config in (
            {"JIT_CACHE_DIR": str(self.folder / "file")},
            {"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": "redis://127.0.0.1:1/0"},
            {"JIT_CACHE_BACKEND": "redis", "JIT_REDIS_URL": "redis://host:port/0"},
        ):
            with self.subTest(config=config):
                self.set_config(**config)
                self.start_again()
                self.assertIn(
                    "NOT kept", self.run_command("warmup_jit_cache", "/blog/", fails=True)
                )

    def test_progress_is_for_terminals(self) -> None:
        """A bar that grows, and leaves nothing behind."""

        class Terminal(StringIO):
            def isatty(self) -> bool:
                return True

        shown = Terminal()
        call_command("warmup_jit_cache", "/", "/blog/", stdout=StringIO(), stderr=shown)
        self.assertRegex(shown.getvalue(), r"\r\[#{12}\.{12}\] 1/2 / ")
        self.assertRegex(shown.getvalue(), r"\r\[#{24}\] 2/2 /blog/ ")
        self.assertTrue(shown.getvalue().endswith(" \r"))
        self.assertNotIn("#", self.run_command("warmup_jit_cache", "/"))

    def test_the_site_lists_its_own_pages(self) -> None:
        """The admin needs a user."""
        text = self.run_command("warmup_jit_cache", "/admin/rentals/lease/", "--user", "admin")
        self.assertRegex(text, r"/admin/rentals/lease/ +200 ")

    def test_mistakes_on_the_command_line(self) -> None:
        """Each is told in a sentence."""
        for words, message in (
            ([], "Name pages"),
            (["nothing:here"], "nothing:here"),
            (["/", "--user", "nobody here"], "there is no such user"),
            (["rentals.views.property_detail"], "with no arguments not found"),
            (["--contexts", "no.such.function"], "No module named"),
            (["--contexts", f"{__name__}.no_pages"], "pairs of a template's name"),
        ):
            with self.subTest(words=words), self.assertRaisesMessage(CommandError, message):
                call_command("warmup_jit_cache", *words, stdout=StringIO())


class CompileTests(CommandTestCase):
    """`compile_jit_cache`."""

    def test_all_templates_of_the_site_compile(self) -> None:
        """Those of the admin, too."""
        text = self.run_command("compile_jit_cache")
        self.assertRegex(text, r"^[5-9]\d templates compiled, 0 do not compile")

    def test_a_template_that_does_not_compile_is_named_with_its_line(self) -> None:
        """The others are compiled all the same."""
        self.use_templates(**{"bad.html": "one\n{% iff %}", "worse.html": "{% load gone %}"})
        text = self.run_command("compile_jit_cache", fails=True)
        self.assertRegex(
            text, r"bad.html:2: TemplateSyntaxError: .*Invalid block tag on line 2: 'iff'"
        )
        self.assertRegex(text, r"worse.html:1: TemplateSyntaxError: .*'gone' is not a registered")
        self.assertIn("0 templates compiled, 2 do not compile", text)
        with self.assertRaisesMessage(CommandError, "No template has such a name."):
            call_command("compile_jit_cache", "shop/*")

    def test_generic_lists_need_no_request(self) -> None:
        """The page of a declared list finds its plan."""
        self.use_templates(**TEMPLATES)
        self.assertIn("1 templates compiled", self.run_command("compile_jit_cache", "listed*"))
        self.assertGreater(events.counts["compiled"], 0)
        self.start_again()
        self.assertContains(self.client.get("/homes/"), "pavel-chen")
        self.assertEqual(events.counts["compiled"], 0)
        self.assertGreater(events.counts["hit"], 0)

    def test_a_bundle_serves_a_site_without_a_store(self) -> None:
        """Nothing is derived, and nothing is written."""
        self.use_templates(**TEMPLATES)
        bundle = self.folder / "bundle.msgpack"
        self.run_command(
            "compile_jit_cache", "--bundle", str(bundle), "--model", "homes=rentals.Property"
        )
        self.assertFalse((self.folder / "plans").exists())
        self.set_config(JIT_CACHE_BACKEND="memory", JIT_CACHE_URL=str(bundle))
        self.start_again()
        self.assertEqual(self.client.get("/homes/").status_code, 200)
        self.assertEqual(events.counts["compiled"], 0)
        self.assertGreater(events.counts["hit.bundle"], 0)

    def test_a_bundle_goes_into_a_folder(self) -> None:
        """One that has to be made, too."""
        folder = self.folder / "for" / "the cdn"
        text = self.run_command("compile_jit_cache", "blog/*", "--bundle", f"{folder}/")
        self.assertIn(f"bundle written to {folder}/plans.msgpack", text)
        self.assertTrue((folder / "plans.msgpack").is_file())
        with self.assertRaisesMessage(CommandError, "--bundle"):
            target = folder / "plans.msgpack" / "below a file"
            call_command("compile_jit_cache", "blog/*", "--bundle", str(target), stdout=StringIO())

    def test_a_model_that_there_is_not(self) -> None:
        """The message shows how to write it."""
        with self.assertRaisesMessage(CommandError, "Write --model books=shop.Book."):
            call_command("compile_jit_cache", "--model", "homes=Property")


class ClearTests(CommandTestCase):
    """`clear_jit_cache`."""

    def test_plans_are_dropped_and_derived_again(self) -> None:
        """The store is empty afterwards."""
        self.run_command("warmup_jit_cache", "/blog/")
        derived = events.counts["compiled"]
        text = self.run_command("clear_jit_cache")
        self.assertEqual(text, f"{derived} plans dropped from filesystem\n")
        self.start_again()
        self.run_command("warmup_jit_cache", "/blog/")
        self.assertEqual(events.counts["compiled"], derived)

    def test_memory_has_nothing_to_clear(self) -> None:
        """And says so."""
        self.set_config(JIT_CACHE_BACKEND="memory")
        self.assertIn("nothing to clear", self.run_command("clear_jit_cache"))

    def test_a_store_that_does_not_answer_is_an_error(self) -> None:
        """With what went wrong."""
        self.set_config(JIT_CACHE_BACKEND="redis", JIT_REDIS_URL="redis://127.0.0.1:1/0")
        with self.assertRaisesMessage(CommandError, "The store cannot be cleared"):
            call_command("clear_jit_cache")


class ExplainTests(CommandTestCase):
    """`explain_template`."""

    def test_a_page_with_its_sources_queries_and_code(self) -> None:
        """What the view really hands over."""
        text = self.run_command("explain_template", "rentals/dashboard.html", "--url", "/")
        self.assertIn("expiring_leases: rows of rentals.Lease, queries by plan: 1", text)
        self.assertIn("every use is a plain column", text)
        self.assertIn("/: status 200, queries: 3", text)
        self.assertIn('INNER JOIN "rentals_tenant"', text)
        self.assertIn("generated: no code, values are read as the database gives them", text)

    def test_code_of_models_is_followed(self) -> None:
        """Properties and methods, with what they read."""
        words = ("--model", "posts=blog.Post")
        text = self.run_command("explain_template", "blog/post_list.html", *words)
        self.assertIn("code: author.get_full_name reads first_name, last_name", text)

    def test_attributes_that_no_model_has_are_found(self) -> None:
        """With a near name, on related models as well."""
        self.use_templates(**TEMPLATES)
        for words in (["--model", "homes=rentals.Property"], ["--url", "typo"]):
            with self.subTest(words=words):
                text = self.run_command("explain_template", "typo.html", *words)
                self.assertIn("rentals.Property has no attribute nane; do you mean name?", text)
                self.assertIn("manager.user_name: auth.User has no attribute user_name", text)
        self.assertNotIn("unknown", self.run_command("explain_template", "listed.html"))

    def test_rows_in_other_shapes(self) -> None:
        """Names that a view has chosen are no mistakes; lists are explained as well."""
        self.use_templates(**TEMPLATES)
        text = self.run_command("explain_template", "chosen.html", "--url", "/chosen/")
        self.assertIn("listed: instances of rentals.Property", text)
        self.assertIn("a list that the view has fetched", text)
        self.assertIn("rentals.Property has no attribute nane; do you mean name?", text)
        self.assertEqual(text.count("unknown:"), 1)

    def test_attributes_that_code_gives_to_instances_are_no_mistakes(self) -> None:
        """Who knows which ones those are."""
        self.use_templates(**TEMPLATES)

        def give(instance: Property, **_: Any) -> None:
            instance.nane = instance.name

        post_init.connect(give, sender=Property)
        self.addCleanup(post_init.disconnect, give, sender=Property)
        words = ("explain_template", "typo.html", "--model", "homes=rentals.Property")
        self.assertNotIn("unknown", self.run_command(*words))

    def test_what_python_code_walks_is_told(self) -> None:
        """A filter that goes from row to row."""
        self.use_templates(**TEMPLATES)
        text = self.run_command("explain_template", "chosen.html", "--url", "/chosen/")
        self.assertIn("handed to Python code: leases[]", text)
        self.assertIn("hidden: rentals.Lease.property, walked by Python code", text)
        self.assertIn("hidden: rentals.Property.manager, walked by Python code", text)

    def test_generated_code_needs_no_page(self) -> None:
        """It is made of the model alone, where values are not read as they are stored."""
        words = ("--model", "posts=blog.Post")
        with mock.patch("djust_backend.orm.conversions.is_utc", return_value=False):
            text = self.run_command("explain_template", "blog/post_list.html", *words)
        self.assertIn("def rows(fetched, constants):", text)

    def test_json_is_for_programs(self) -> None:
        """The same, as data."""
        words = ("rentals/dashboard.html", "--url", "/", "--json")
        found = json.loads(self.run_command("explain_template", *words))
        self.assertTrue(found["native"])
        self.assertEqual(len(found["page"]["queries"]), 3)
        self.assertEqual({source["mode"] for source in found["sources"]}, {"rows"})

    def test_what_cannot_be_explained(self) -> None:
        """Each in a sentence."""
        for words, message in (
            (["nothing.html"], "nothing.html: TemplateDoesNotExist"),
            (["blog/post_list.html", "--url", "/"], "does not render blog/post_list.html"),
            (["blog/post_list.html", "--engine", "jinja"], "No engine of djust_backend"),
        ):
            with self.subTest(words=words), self.assertRaisesMessage(CommandError, message):
                call_command("explain_template", *words)


def load(name: str) -> BaseCommand:
    """Return a command."""
    return load_command_class("djust_backend", name)
