"""Tags and filters in Python that are given rows."""

from __future__ import annotations

from django import template

register = template.Library()

SHOWN_ATTRIBUTES = frozenset({"name", "number", "title", "id"})


@register.simple_tag
def credit(book):
    return (
        f"{getattr(book, 'title', '')} by {book.author.name}" if hasattr(book, "author_id") else ""
    )


@register.filter
def credited(book):
    return (
        f"{book.author.name}{[tag.name for tag in book.tags.all()]}"
        if hasattr(book, "tags")
        else ""
    )


@register.filter
def named(author):
    return getattr(author, "name", "")


@register.simple_tag
def shelf(books):
    return ",".join(str(getattr(book, "title", book)) for book in books)


@register.inclusion_tag("card.html")
def card(book):
    return {"book": book}


@register.simple_tag(takes_context=True)
def credit_here(context):
    return getattr(getattr(context["b"], "author", None), "name", "")


@register.simple_tag
def author_of(book):
    return getattr(book, "author", None)


class Twice(template.Node):
    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        return self.nodelist.render(context) * 2 + self.nodelist.render(context)


@register.tag
def twice(parser, token):
    nodelist = parser.parse(("endtwice",))
    parser.delete_first_token()
    return Twice(nodelist)


def walked(row, path):
    for name in path.split("."):
        row = getattr(row, name, None)
    return getattr(row, "pk", row)


@register.simple_tag
def follow(row, path):
    return walked(row, path)


@register.filter
def followed(row, path):
    return walked(row, path)


@register.simple_tag(takes_context=True)
def follow_here(context, path):
    name, _, rest = path.partition(".")
    return walked(context.get(name), rest)


@register.simple_tag
def rename(book):
    book.author.name += "!"
    book.title = f"<{book.title}>"
    return ""


@register.simple_tag
def add_tag(book):
    book.tags.create(name="new")
    return ""


@register.simple_tag
def add_tag_to_next(book):
    for other in type(book).objects.filter(pk__gt=book.pk).order_by("pk")[:1]:
        other.tags.create(name="new")
    return ""


@register.simple_tag
def add_chapter(book):
    book.chapters.create(number=book.chapters.count() + 10)
    return ""


@register.simple_tag
def described(value):
    """What Python code can see of a value without a query."""
    rows = getattr(value, "_result_cache", ())
    if rows is None:
        return f"unread {value.query}"
    seen = {
        name: repr(item) for name, item in sorted(vars(value).items()) if name in SHOWN_ATTRIBUTES
    }
    cached = sorted(getattr(value, "_prefetched_objects_cache", ()))
    fields = sorted(getattr(getattr(value, "_state", None), "fields_cache", ()))
    own = sorted(vars(value)) if not rows else []
    return f"{type(value).__name__} {seen} {cached} {fields} {len(rows)} {own}"
