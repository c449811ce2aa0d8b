"""Both engines on the demo's pages: the same bytes, and the queries of each."""

from io import StringIO
from unittest import mock

from django.core.management import call_command
from django.template import Engine, TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.test import TestCase

from blog.models import Post
from config.engines import OURS, STOCK, use_engine
from rentals.models import Lease, Property
from showcase.comparison import Comparison, Side, count_queries, render_page, showcase_pages
from showcase.management.commands import compare_engines


class SeededTestCase(TestCase):
    """A test case that finds the demo data in the database."""

    @classmethod
    def setUpTestData(cls) -> None:
        """Seed once for all tests of the class."""
        call_command("seed_demo", verbosity=0)


class QueryTests(SeededTestCase):
    """How often each engine asks the database."""

    def test_stock_runs_into_every_n_plus_one(self) -> None:
        """The naive views are as naive as they are meant to be."""
        counts = {name: count_queries(path, STOCK) for name, path in showcase_pages().items()}
        self.assertEqual(counts, {"dashboard": 38, "blog list": 305, "profile": 3})

    def test_ours_asks_once_for_each_set_of_rows(self) -> None:
        """The same views, from the first render on."""
        for _ in range(3):
            counts = {name: count_queries(path, OURS) for name, path in showcase_pages().items()}
            self.assertEqual(counts["dashboard"], 3)
            self.assertLessEqual(counts["blog list"], 5)
            self.assertEqual(counts["profile"], 2)

    def test_no_page_costs_more_than_on_stock(self) -> None:
        """The pages beside the showcase, too."""
        for path in all_paths():
            with self.subTest(path=path):
                self.assertLessEqual(count_queries(path, OURS), count_queries(path, STOCK))


class EqualityTests(SeededTestCase):
    """What each engine writes."""

    def test_every_page_is_the_same_on_both_engines(self) -> None:
        """Byte for byte, on the first render and on the second."""
        for path in all_paths():
            stock = render_page(path, STOCK)
            for attempt in ("first", "second"):
                with self.subTest(path=path, attempt=attempt):
                    self.assertEqual(render_page(path, OURS), stock)

    def test_pages_are_reproducible_after_another_seeding(self) -> None:
        """Nothing on a page depends on the clock or on earlier rows."""
        before = {path: render_page(path, STOCK) for path in all_paths()}
        call_command("seed_demo", verbosity=0)
        self.assertEqual({path: render_page(path, STOCK) for path in before}, before)


class SwitchTests(SeededTestCase):
    """Choosing an engine."""

    def test_ours_is_the_default_and_stock_is_on_request(self) -> None:
        """The loader asks the switch first."""
        self.assertIs(get_template("base.html").backend, engines[OURS])
        with use_engine(STOCK):
            self.assertIs(get_template("base.html").backend, engines[STOCK])
        self.assertIs(get_template("base.html").backend, engines[OURS])

    def test_query_string_chooses_the_engine(self) -> None:
        """``?engine=stock`` works for a visitor, and only for that request."""
        stock = self.client.get("/", {"engine": "stock"})
        ours = self.client.get("/")
        self.assertEqual(stock.content, ours.content)
        self.assertIs(stock.templates[0].engine, engines[STOCK].engine)
        self.assertIs(ours.templates[0].engine, engines[OURS].engine)

    def test_default_engine_is_ours(self) -> None:
        """Packages that ask Django for its default engine get ours, not the switch or stock."""
        self.assertIs(Engine.get_default(), engines[OURS].engine)

    def test_one_engine_never_stands_in_for_the_other(self) -> None:
        """Every template of a page comes from the chosen engine, included ones too."""
        for path in all_paths():
            for name in (OURS, STOCK):
                glue = "&" if "?" in path else "?"
                page = self.client.get(path + (f"{glue}engine=stock" if name == STOCK else ""))
                with self.subTest(path=path, engine=name):
                    self.assertGreater(len(page.templates), 3)
                    self.assertEqual({t.engine for t in page.templates}, {engines[name].engine})

    def test_template_that_only_one_engine_misses_is_an_error(self) -> None:
        """Or a comparison would compare an engine with itself."""
        missing = mock.Mock(side_effect=TemplateDoesNotExist("base.html"))
        with (
            mock.patch.object(engines[OURS], "get_template", missing),
            self.assertRaisesMessage(RuntimeError, "'django' misses base.html"),
        ):
            get_template("base.html")

    def test_missing_template_is_still_missing(self) -> None:
        """The switch adds no error of its own."""
        with self.assertRaises(TemplateDoesNotExist):
            get_template("no/such/template.html")


class CompareTests(SeededTestCase):
    """The comparison itself."""

    def test_different_bytes_end_the_command_with_status_1(self) -> None:
        """Times and queries do not matter then."""
        stock, ours = (Side(html, 3, 3, 1.0) for html in (b"<p>a</p>", b"<p>a</p> "))
        result = Comparison("dashboard", "/", stock, ours)
        out = StringIO()
        with (
            mock.patch.object(compare_engines, "compare_page", return_value=result),
            self.assertRaises(SystemExit) as ending,
        ):
            call_command("compare_engines", rounds=1, stdout=out)
        self.assertEqual(ending.exception.code, 1)
        self.assertTrue(out.getvalue().rstrip().endswith("no"))

    def test_command_prints_a_line_for_each_page(self) -> None:
        """And leaves with status 0 when all pages are identical."""
        out = StringIO()
        call_command("compare_engines", rounds=2, stdout=out)
        lines = out.getvalue().splitlines()
        self.assertEqual(len(lines), 1 + len(showcase_pages()))
        self.assertTrue(all(line.endswith("yes") for line in lines[1:]), lines)


def all_paths() -> list[str]:
    """Return addresses of every kind of page with stable content."""
    post = Post.objects.filter(kind=Post.Kind.ARTICLE).latest("published_at")
    return [
        *showcase_pages().values(),
        "/properties/",
        "/properties/?q=harbor",
        "/properties/?q=e&page=2",
        "/properties/?q=%3Cb%3E&page=last",
        Property.objects.get(pk=1).get_absolute_url(),
        Lease.objects.get(pk=1).get_absolute_url(),
        Lease.objects.get(pk=2).get_absolute_url(),
        post.get_absolute_url(),
        "/blog/tag/energy/",
    ]
