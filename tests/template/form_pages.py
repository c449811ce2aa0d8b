"""One form on two engines: the pages, the errors, and what of the site's code was called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.forms import renderers
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates

#: What the site's code has done, in order.
Log = list[Any]

#: Makes a form, a bound field or anything else to be shown as `form`.
Maker = Callable[[Any, Log], Any]

#: Every attribute of a bound field that a template may show, and both ways around it.
FIELD = (
    "{{ field.label_tag }}|{{ field.legend_tag }}|{{ field }}|{{ field.errors }}|{{ field.css_classes }}"
    "|{{ field.help_text }}|{{ field.label }}|{{ field.id_for_label }}|{{ field.auto_id }}"
    "|{{ field.value }}|{{ field.is_hidden }}|{{ field.use_fieldset }}|{{ field.aria_describedby }}"
    "|{{ field.name }}|{{ field.html_name }}|{{ field.html_initial_name }}|{{ field.html_initial_id }}"
    "|{{ field.data }}|{{ field.initial }}|{{ field.widget_type }}|{{ field.as_widget }}"
    "|{{ field.0 }}|{{ field.nothing }}|{{ field.as_hidden }}|{{ field.field.widget.attrs }}"
    "|{% if field.errors %}bad{% endif %}{% for error in field.errors %}<{{ error }}>{% endfor %}"
    "|{% for error in field.errors reversed %}{{ error }}{{ forloop.revcounter }}{% endfor %}"
    "|{{ field.errors.0 }}{{ field.errors|length }}{{ field.errors.data }}{{ field.as_field_group }}"
)

BY_KIND = (
    "{% for field in form.visible_fields %}{{ field }}{% endfor %}"
    "{% for field in form.hidden_fields %}{{ field }}{% endfor %}"
)

UNESCAPED = (
    "{% autoescape off %}{{ form.as_p }}{% for field in form %}{{ field.label_tag }}{{ field }}"
    "{{ field.label }}{{ field.value }}{{ field.css_classes }}{% for error in field.errors %}"
    "{{ error }}{% endfor %}{% endfor %}{% endautoescape %}"
)

PAGES = (
    "{{ form }}",
    "{{ form.as_p }}",
    "{{ form.as_table }}",
    "{{ form.as_ul }}",
    "{{ form.as_div }}",
    "{{ form.non_field_errors }}{{ form.errors }}{{ form.media }}{{ form.nothing }}{{ form.prefix }}",
    "{% for field in form %}" + FIELD + "{% endfor %}",
    BY_KIND,
    UNESCAPED,
    "{% for field in form %}{% for part in field %}{{ part }}{{ part.tag }}{% endfor %}{% endfor %}",
    "{{ form.name }}{{ form.name.label_tag }}{{ form.name.errors }}{{ form.fields.name.label }}",
)


def renderer_of(backend: type[DjangoTemplates], templates: Any = None, **options: Any) -> Any:
    """The default form renderer, with an engine of this class; `templates` go before Django's."""
    renderer = renderers.DjangoTemplates()
    key = (backend, *sorted((templates or {}).items()), *sorted(map(str, options.items())))
    if key not in _ENGINES:
        folders = [Path(forms.__file__).parent / "templates"]
        locmem = ("django.template.loaders.locmem.Loader", templates or {})
        files = ("django.template.loaders.filesystem.Loader", folders)
        loaders = [("django.template.loaders.cached.Loader", [locmem, files])]
        entry = {"NAME": "forms", "DIRS": folders, "APP_DIRS": False}
        _ENGINES[key] = backend({**entry, "OPTIONS": {**options, "loaders": loaders}})
    renderer.__dict__["engine"] = _ENGINES[key]
    return renderer


#: Engines of renderers, which have compiled their templates.
_ENGINES: dict[Any, DjangoTemplates] = {}


def seen(backend: type[DjangoTemplates], make: Maker, page: str, **options: Any) -> tuple[Any, Log]:
    """What a page of this engine shows, or its error; and the log."""
    log: Log = []
    renderer = renderer_of(backend, **options)
    own = {name: value for name, value in options.items() if name != "templates"}
    engine = backend({"NAME": "pages", "DIRS": [], "APP_DIRS": False, "OPTIONS": own})
    shown = []
    try:
        template = engine.from_string(page)
        form = make(renderer, log)
        # A second render finds what the first has left on the form.
        for _ in range(2):
            shown.append(template.render({"form": form}))
            log.append("rendered")
    except Exception as error:  # noqa: BLE001 - any exception is a result
        shown.append((type(error), str(error)))
    return shown, log


def assert_alike(make: Maker, *pages: str, **options: Any) -> list[Any]:
    """Both engines show the same and call the same code; returns what they show."""
    found = []
    for page in pages or PAGES:
        stock, ours = (
            seen(one, make, page, **options) for one in (DjangoTemplates, DjustTemplates)
        )
        pairs = zip(ours[0], stock[0], strict=True)
        different = next(((one, other) for one, other in pairs if one != other), None)
        assert different is None, f"{page}: {different}"
        assert ours[1] == stock[1], page
        found += ours[0]
    return found


@contextmanager
def replaced(holder: Any, name: str, value: Any) -> Iterator[None]:
    """Another value for an attribute, for as long as this lasts."""
    own = vars(holder).get(name, _MISSING)
    setattr(holder, name, value)
    try:
        yield
    finally:
        if own is _MISSING:
            delattr(holder, name)
        else:
            setattr(holder, name, own)


_MISSING = object()
