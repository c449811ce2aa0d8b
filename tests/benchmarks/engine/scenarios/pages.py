"""Whole pages: through `render(request, …)`, with forms, Django's admin, and a very long one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.shortcuts import render

from tests.benchmarks.engine import site
from tests.benchmarks.engine.scenario import Scenario, fragment, page
from tests.benchmarks.engine.shop import sample
from tests.benchmarks.engine.shop.forms import AddressForm
from tests.benchmarks.engine.shop.models import Order

BASE = """{% load static i18n %}{% get_current_language as LANGUAGE_CODE %}<!doctype html>
<html lang="{{ LANGUAGE_CODE }}"><head><meta charset="utf-8">
<title>{% block title %}{% endblock %} | The Shop</title>
<link rel="stylesheet" href="{% static "css/shop.css" %}">
<script defer src="{% static "js/shop.js" %}"></script>{% block head %}{% endblock %}</head>
<body class="{% block body_class %}{% endblock %}">
{% if debug %}<div class="debug">debug</div>{% endif %}
<header>{% include "pages/navigation.html" %}</header>
{% if messages %}<ul class="messages">{% for message in messages %}
<li{% if message.tags %} class="{{ message.tags }}"{% endif %}>{{ message }}</li>{% endfor %}</ul>
{% endif %}<main>{% block content %}{% endblock %}</main>
<footer>{% block footer %}&copy; {% now "Y" %} <a href="{% url "about" %}">{% trans "About" %}</a>
{{ MEDIA_URL }} {{ STATIC_URL }} {{ TIME_ZONE }}{% endblock %}</footer></body></html>
"""

NAVIGATION = """<nav><a href="{% url "home" %}">{% trans "Home" %}</a>
<a href="{% url "products" %}"{% if request.path == "/products/" %} class="here"{% endif %}>All</a>
<a href="{% url "orders:list" %}">Orders</a>
{% if user.is_authenticated %}<span>{{ user.get_username }} ({{ user.first_name }})</span>
{% if perms.bench_shop.change_order %}<a href="{% url "admin:index" %}">Admin</a>{% endif %}
<form method="post" action="{% url "logout" %}">{% csrf_token %}<button>Out</button></form>
{% else %}<a href="{% url "login" %}">{% trans "Log in" %}</a>{% endif %}</nav>
"""

CATALOGUE = """{% extends "pages/base.html" %}{% load humanize shop_tags %}
{% block title %}{{ heading }}{% endblock %}{% block body_class %}catalogue{% endblock %}
{% block content %}<h1>{{ heading }}</h1><p>{{ products|length }} products</p>
{% for product in products %}<article class="{% cycle "odd" "even" %}">
<h2><a href="{% url "product" slug=product.slug %}">{{ product.name }}</a></h2>
<p class="price">{{ product.price|money }}{% if product.in_stock %}
<b>{{ product.stock }} piece{{ product.stock|pluralize }}</b>{% else %}sold out{% endif %}</p>
<p>{{ product.description|truncatewords:20|linebreaksbr }}</p>
<small>{{ product.added|date:"j F Y" }}, {{ product.weight|floatformat:1 }} kg,
{{ product.get_category_display }}</small></article>
{% empty %}<p>Nothing here.</p>{% endfor %}
<nav>{% for number in pages %}{% if number == current %}<b>{{ number }}</b>{% else %}
<a href="?page={{ number }}&amp;sort={{ request.GET.sort|urlencode }}">{{ number }}</a>{% endif %}
{% endfor %}</nav>{% endblock %}
"""

DETAIL = """{% extends "pages/base.html" %}{% load humanize %}
{% block title %}{{ order }}{% endblock %}
{% block head %}{{ block.super }}<meta name="robots" content="noindex">{% endblock %}
{% block content %}{% with buyer=order.customer %}<h1>Order {{ order.number }}</h1>
<dl><dt>Customer</dt><dd><a href="{{ buyer.get_absolute_url }}">{{ buyer }}</a></dd>
<dt>Tier</dt><dd>{{ buyer.get_tier_display|default:"–" }}</dd>
<dt>Placed</dt><dd>{{ order.placed|date:"DATETIME_FORMAT" }}</dd>
<dt>State</dt><dd>{{ order.get_state_display }}</dd></dl>{% endwith %}
<table>{% for line in lines %}<tr><td>{{ forloop.counter }}</td><td>{{ line.name }}</td>
<td>{{ line.price|floatformat:2|intcomma }}</td><td>{{ line.in_stock|yesno:"yes,no" }}</td></tr>
{% endfor %}</table>{% if order.is_gift %}<p>A gift.</p>{% endif %}{% endblock %}
"""

SMALL_TABLE = """<h1>{{ heading }}</h1><table>{% for item in items %}
<tr><td>{{ item.id }}</td><td>{{ item.title }}</td><td>{{ item.price }}</td></tr>{% endfor %}
</table>
"""

FIELDS = """<form method="post" novalidate>{% csrf_token %}{{ form.non_field_errors }}
{% for field in form %}<div class="row{% if field.errors %} bad{% endif %}">
{{ field.label_tag }} {{ field }}
{% if field.help_text %}<small>{{ field.help_text }}</small>{% endif %}
{% for error in field.errors %}<b>{{ error }}</b>{% endfor %}</div>{% endfor %}
{% for hidden in form.hidden_fields %}{{ hidden }}{% endfor %}
<button>{{ button }}</button></form>
"""

ARTICLE = """<article id="a{{ item.id }}"><h2>{{ item.title|capfirst }}</h2>
<p class="{% if item.active %}on{% else %}off{% endif %}">{{ item.price|floatformat:2 }} –
{{ item.stock }} piece{{ item.stock|pluralize }}</p>{% for part in item.parts %}
<p>{{ part }}</p>{% endfor %}</article>
"""


def catalogue(variant: str) -> dict[str, Any]:
    """A page of thirty products."""
    return {
        "heading": f"Products <{variant}>",
        "products": sample.products(variant, 30),
        "pages": range(1, 9),
        "current": 2,
    }


def order(variant: str) -> dict[str, Any]:
    """An order, its customer and five lines."""
    return {"order": sample.orders(variant, 8)[5], "lines": sample.products(variant, 5)}


def filled_form(variant: str) -> dict[str, Any]:
    """A form that was sent: A with errors, B without."""
    data = {
        "name": "Ada <Lovelace>",
        "email": "ada@example.org" if variant == "B" else "nowhere",
        "street": "Am Hof 1" if variant == "B" else "",
        "postcode": "53113" if variant == "B" else "5311",
        "country": "at",
        "delivery": "2023-05-04",
        "parcels": "3" if variant == "B" else "30",
        "note": "Ring & wait",
        "gift": "on",
    }
    form = AddressForm(data)
    form.is_valid()
    return {"form": form, "button": "Send"}


def empty_form(variant: str) -> dict[str, Any]:
    """A form that was not sent yet."""
    return {"form": AddressForm(initial={"name": variant, "country": "ch", "parcels": 1})}


def long_page(variant: str) -> dict[str, Any]:
    """Articles for about 200 KB."""
    source = sample.chance(variant, "long")
    parts = [[sample.sentence(source) for _ in range(8)] for _ in range(180)]
    records = sample.records(variant, 180)
    return {"items": [{**item, "parts": part} for item, part in zip(records, parts, strict=True)]}


def shortcut(template: str) -> Any:
    """A view's last line: `render(request, template, context)`."""

    def view(context: dict[str, Any], request: Any) -> str:
        return render(request, template, context).content.decode()

    return view


def admin_request(variant: str) -> Any:
    """A request for the change list of orders, sorted one way or the other."""
    return site.make_request(f"/admin/bench_shop/order/?o={'-1' if variant == 'B' else '1'}")


def change_list(variant: str) -> dict[str, Any]:
    """The unrendered response of the admin's view, its rows already fetched."""
    view = admin.site.get_model_admin(Order).changelist_view
    response = view(admin_request(variant))
    len(response.context_data["cl"].result_list)
    return {"response": response}


def render_response(context: dict[str, Any], _request: Any) -> str:
    """Render a template response."""
    return str(context["response"].rendered_content)


def whole_view(variant: str) -> dict[str, Any]:
    """What the admin's view is called with."""
    return {"request": admin_request(variant)}


def view_and_render(context: dict[str, Any], _request: Any) -> str:
    """The admin's view with its queries, and the response rendered."""
    response = admin.site.get_model_admin(Order).changelist_view(context["request"])
    return str(response.rendered_content)


LAYOUT = {"pages/base.html": BASE, "pages/navigation.html": "{% load i18n %}" + NAVIGATION}

SCENARIOS: list[Scenario] = [
    page(
        "pages/catalogue",
        {"pages/catalogue.html": CATALOGUE, **LAYOUT},
        catalogue,
        wants_request=True,
        render=shortcut("pages/catalogue.html"),
    ),
    page(
        "pages/catalogue_german",
        {"pages/catalogue.html": CATALOGUE, **LAYOUT},
        catalogue,
        wants_request=True,
        language="de",
        render=shortcut("pages/catalogue.html"),
    ),
    page(
        "pages/order",
        {"pages/order.html": DETAIL, **LAYOUT},
        order,
        wants_request=True,
        render=shortcut("pages/order.html"),
    ),
    fragment(
        "pages/plain_table",
        SMALL_TABLE,
        lambda variant: {
            "heading": f"Table {variant}",
            "items": [
                {"id": number, "title": f"Row <{number}> & {variant}", "price": number * 3}
                for number in range(100)
            ],
        },
        jinja2=SMALL_TABLE,
    ),
    fragment("pages/form_as_p", "<form>{{ form.as_p }}</form>\n", filled_form, single_use=True),
    fragment(
        "pages/form_as_table",
        "<table>{{ form.as_table }}</table>\n",
        empty_form,
        single_use=True,
    ),
    fragment("pages/form_default", "<div>{{ form }}</div>\n", filled_form, single_use=True),
    fragment("pages/form_fields", FIELDS, filled_form, single_use=True, wants_request=True),
    page(
        "pages/long_200kb",
        {"pages/long.html": "{% for item in items %}" + ARTICLE + "{% endfor %}"},
        long_page,
    ),
    Scenario(
        "pages/admin_change_list",
        "pages",
        {},
        change_list,
        single_use=True,
        render=render_response,
    ),
    Scenario(
        "pages/admin_view_with_queries",
        "pages",
        {},
        whole_view,
        single_use=True,
        is_counted=False,
        render=view_and_render,
    ),
]
