"""What Django's context processors give: the same names and values, asked for early, late or not at all."""

from __future__ import annotations

import string
import types
from collections import Counter
from types import SimpleNamespace
from typing import Any
from unittest import mock

import django
import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware import csrf
from django.template import Context, Library, context_processors, engines
from django.test import RequestFactory, override_settings
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from tests.compare import Case, render_on_both

CORE = "django.template.context_processors."
ALL = [CORE + name for name in ("debug", "i18n", "tz", "media", "static", "request")]
ALL += [
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
NAMES = [
    "user", "perms.app", "messages", "DEFAULT_MESSAGE_LEVELS", "LANGUAGES", "LANGUAGE_CODE", "LANGUAGE_BIDI",
    "TIME_ZONE", "MEDIA_URL", "STATIC_URL", "request.path", "debug", "sql_queries", "own",
]  # fmt: skip

register = Library()


@register.simple_tag(takes_context=True)
def seen(context: Context, *names: str) -> str:
    """What Python code finds in a context."""
    flat = context.flatten()
    assert {"csrf_token", *flat} == set(flat)
    assert isinstance(context.dicts[1], dict)
    return ", ".join(f"{name}={context.get(name, '?')}/{flat.get(name, '?')}" for name in names)


@register.simple_tag
def speak(code: str) -> str:
    """Change the language, as no tag should."""
    translation.activate(code)
    return ""


def own(request: HttpRequest) -> dict[str, Any]:
    """A processor of a site's own, which hides names of Django's."""
    return {"own": "ours", "LANGUAGE_CODE": "xx", "user": "someone"}


def speaking(request: HttpRequest) -> dict[str, Any]:
    """A processor that changes what the ones after it see."""
    translation.activate("de")
    timezone.activate("Asia/Tokyo")
    return {}


def broken(request: HttpRequest) -> Any:
    """A processor that gives no dictionary."""
    return 5


def page(source: str, processors: list[str], request: HttpRequest, **context: Any) -> str:
    libraries = {"seen": __name__}
    options = {"context_processors": processors, "libraries": libraries}

    def fresh() -> dict[str, Any]:
        # A page before may have changed them.
        translation.activate("en")
        timezone.activate("UTC")
        return context

    with translation.override("en"), timezone.override("UTC"):
        return render_on_both(
            Case("{% load seen i18n %}" + source, fresh, request, options=options)
        )


def request(**attributes: Any) -> HttpRequest:
    made = RequestFactory().get("/x/?a=1")
    vars(made).update(attributes)
    return made


READ = " ".join(f"{name}:{{{{ {name} }}}}" for name in NAMES)
SEEN = (
    "{% seen "
    + " ".join(f"'{name.partition('.')[0]}'" for name in NAMES if name != "perms.app")
    + " %}"
)
HERE = "tests.template.test_context_processors."


@pytest.mark.parametrize(
    "processors",
    [
        ALL,
        [*ALL, HERE + "own"],
        [HERE + "own", *ALL],
        [HERE + "speaking", *ALL],
        [*ALL, HERE + "speaking"],
        [],
    ],
)
@pytest.mark.parametrize("source", [READ, SEEN, READ + SEEN, SEEN + READ])
def test_every_name_read_by_templates_and_by_python(processors: list[str], source: str) -> None:
    user = SimpleNamespace(get_all_permissions=set)
    for made in (request(), request(user=AnonymousUser()), request(user=user, _messages=["m"])):
        page(source, processors, made)
        page(source, processors, made, user="view's", LANGUAGES="view's")
    with override_settings(USE_I18N=False):
        page(source, processors, request(user=AnonymousUser()))


def test_values_are_those_of_the_start_of_the_page() -> None:
    source = "{% speak 'ar' %}{{ LANGUAGE_CODE }} {{ LANGUAGE_BIDI }}"
    assert page(source, ALL, request()) == "en False"
    source = "{% language 'ar' %}{{ LANGUAGE_CODE }} {{ LANGUAGE_BIDI }}{% endlanguage %}"
    assert page(source, ALL, request()) == "en False"
    source = "{% load tz %}{% timezone 'Asia/Tokyo' %}{{ TIME_ZONE }}{% endtimezone %}"
    assert page(source, ALL, request()) == "UTC"


def test_a_processor_that_gives_no_dictionary() -> None:
    with pytest.raises(TypeError, match="broken didn't return a dictionary"):
        page("x", [*ALL, HERE + "broken"], request())


def test_debug_names() -> None:
    with override_settings(DEBUG=True, INTERNAL_IPS=["127.0.0.1"]):
        assert "True" in page("{{ debug }}", ALL, request())


def test_replaced_pieces_are_heard() -> None:
    with mock.patch(
        "django.template.context_processors.settings", SimpleNamespace(STATIC_URL="/patched/")
    ):
        assert page("{{ STATIC_URL }}", [CORE + "static"], request()) == "/patched/"
    with mock.patch(
        "django.contrib.messages.context_processors.get_messages", return_value="patched"
    ):
        assert page("{{ messages }}", ALL, request(_messages=[])) == "patched"
    with mock.patch("django.utils.translation.get_language", return_value="zz"):
        assert page("{{ LANGUAGE_CODE }}", ALL, request()) == "zz"


def ours(source: str, made: HttpRequest) -> str:
    return str(engines["django"].from_string(source).render({}, made))


INPUT = '<input type="hidden" name="csrfmiddlewaretoken" value="'


def test_a_page_has_one_token_that_belongs_to_the_secret() -> None:
    secret = "aZ09" * 8
    made = RequestFactory().get("/")
    made.META["CSRF_COOKIE"] = secret
    for source in (
        "{% csrf_token %}|{% csrf_token %}|{{ csrf_token }}",
        "{{ csrf_token }}|{% csrf_token %}|{% csrf_token %}",
        "{% csrf_token %}|{% with x=csrf_token %}{{ x }}|{% csrf_token %}{% endwith %}",
    ):
        parts = [
            part.removeprefix(INPUT).removesuffix('">') for part in ours(source, made).split("|")
        ]
        assert len(set(parts)) == 1
        assert csrf._does_token_match(parts[0], secret)
    assert made.META["CSRF_COOKIE_NEEDS_UPDATE"] is True


def test_tokens_are_masked_with_any_character() -> None:
    made = RequestFactory().get("/")
    made.META["CSRF_COOKIE"] = "b" * 32
    tokens = [ours("{% csrf_token %}", made).removeprefix(INPUT)[:64] for _ in range(400)]
    assert len(set(tokens)) == len(tokens)
    counts = Counter("".join(token[:32] for token in tokens))
    assert set(counts) == set(string.ascii_letters + string.digits)
    assert max(counts.values()) < 2 * min(counts.values())


def test_requests_without_a_usual_secret() -> None:
    for meta in ({}, {"CSRF_COOKIE": "short"}, {"CSRF_COOKIE": "!" * 32}):
        made = RequestFactory().get("/")
        made.META.update(meta)
        if meta.get("CSRF_COOKIE", "").startswith("!"):
            with pytest.raises(ValueError, match="substring not found"):
                ours("{% csrf_token %}", made)
            continue
        assert ours("{% csrf_token %}", made).startswith(INPUT)
        assert made.META["CSRF_COOKIE_NEEDS_UPDATE"] is True


@pytest.mark.filterwarnings("ignore:Calling format_html")
def test_replaced_token_makers_are_heard() -> None:
    made = RequestFactory().get("/")
    made.META["CSRF_COOKIE"] = "c" * 32
    with mock.patch("django.template.context_processors.get_token", return_value="<t>"):
        assert ours("{% csrf_token %}", made) == f'{INPUT}&lt;t&gt;">'
    with mock.patch("django.template.context_processors.get_token", return_value=None):
        if django.VERSION >= (6,):
            # Django formats nothing there, which it does not allow any more.
            with pytest.raises(TypeError):
                ours("{% csrf_token %}", made)
        else:
            assert ours("{% csrf_token %}", made) == ""
    with mock.patch("django.middleware.csrf._get_new_csrf_string", return_value="m" * 32):
        assert ours("{% csrf_token %}", made).startswith(INPUT + "m" * 32)
    del made.META["CSRF_COOKIE"]
    with mock.patch("django.middleware.csrf._add_new_csrf_cookie", return_value="d" * 32):
        token = ours("{% csrf_token %}", made).removeprefix(INPUT)[:64]
        assert csrf._unmask_cipher_token(token) == "d" * 32
    assert "CSRF_COOKIE" not in made.META


def test_a_request_without_a_secret_is_given_one() -> None:
    made = RequestFactory().get("/")
    first, second = ours("{% csrf_token %}|{% csrf_token %}", made).split("|")
    secret = made.META["CSRF_COOKIE"]
    assert len(secret) == 32
    assert set(secret) <= set(string.ascii_letters + string.digits)
    assert first == second
    assert csrf._does_token_match(first.removeprefix(INPUT)[:64], secret)
    assert made.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
    assert ours("{% csrf_token %}", made) != first
    assert made.META["CSRF_COOKIE"] == secret


def in_a_view(token: Any) -> str:
    """The tag, with a token that the view has handed on."""
    template = engines["django"].from_string("{% csrf_token %}|{{ csrf_token }}|{% csrf_token %}")
    return str(template.render({"csrf_token": token}))


def test_a_lazy_token_that_the_view_hands_on() -> None:
    made = RequestFactory().get("/")
    made.META["CSRF_COOKIE"] = "c" * 32
    token = context_processors.csrf(made)["csrf_token"]
    shown = in_a_view(token)
    assert shown == f'{INPUT}{token}">|{token}|{INPUT}{token}">'
    assert csrf._does_token_match(str(token), "c" * 32)
    assert shown == in_a_view(token)
    assert made.META["CSRF_COOKIE_NEEDS_UPDATE"] is True


@pytest.mark.filterwarnings("ignore:Calling format_html")
@pytest.mark.parametrize("value", ["<t>", "", "NOTPROVIDED", 5, None, SafeString("<s>")])
@pytest.mark.parametrize("kind", [SimpleLazyObject, type("Own", (SimpleLazyObject,), {})])
@pytest.mark.parametrize("is_read", [False, True])
def test_other_lazy_tokens(value: Any, kind: type[SimpleLazyObject], is_read: bool) -> None:
    calls: list[int] = []

    def lazy() -> Any:
        calls.append(1)
        return value

    def context() -> dict[str, Any]:
        token = kind(lazy)
        if is_read:
            bool(token)
        return {"csrf_token": token}

    case = Case("{% csrf_token %}|{{ csrf_token }}|{% csrf_token %}", context)
    if value == "NOTPROVIDED" and django.VERSION >= (6,):
        # Django formats nothing there, which it does not allow any more.
        with pytest.raises(TypeError):
            render_on_both(case)
    else:
        render_on_both(case)
    assert len(calls) == 4


def test_lazy_tokens_of_replaced_pieces() -> None:
    made = RequestFactory().get("/")
    made.META["CSRF_COOKIE"] = "c" * 32
    token = context_processors.csrf(made)["csrf_token"]
    with mock.patch("django.template.context_processors.get_token", return_value="<t>"):
        assert in_a_view(token).startswith(f'{INPUT}&lt;t&gt;">')
    token = context_processors.csrf(made)["csrf_token"]
    with mock.patch.object(SimpleLazyObject, "_setup", lambda self: setattr(self, "_wrapped", "p")):
        assert in_a_view(token).startswith(f'{INPUT}p">')
    made.META = types.MappingProxyType({"CSRF_COOKIE": "c" * 32})
    with pytest.raises(TypeError):
        in_a_view(context_processors.csrf(made)["csrf_token"])
