"""Tags and filters in Python that look at rows, keep them, change them, and look at the context."""

from __future__ import annotations

from django import template
from django.db import connection, transaction
from django.db.models import F

register = template.Library()


@register.simple_tag(takes_context=True)
def seen(context, name, path=""):
    """What Python code finds under a name: its class, and the end of a path from it."""
    found = context.get(name)
    for step in path.split(".") if path else ():
        found = getattr(found, step)
    return f"{type(found).__name__} {found}"


@register.simple_tag(takes_context=True)
def names(context):
    """Every name of the context that holds no plain text."""
    flat = context.flatten()
    return ",".join(sorted(f"{name}={type(flat[name]).__name__}" for name in flat))


@register.simple_tag(takes_context=True)
def loops(context):
    """The state of all loops that run."""
    found, at = [], context.get("forloop")
    while at:
        found.append(f"{at['counter']}/{at['revcounter']}")
        at = at["parentloop"]
    return "<".join(found)


@register.simple_tag(takes_context=True)
def keep(context, row):
    """Puts a row aside for `kept`."""
    context.render_context.setdefault("kept", []).append(row)
    return ""


@register.simple_tag(takes_context=True)
def kept(context):
    """The rows that were put aside: each as itself, and whether it came back as the same object."""
    rows = context.render_context.get("kept", [])
    return "|".join(f"{row}{[rows.index(one) for one in rows if one is row]}" for row in rows)


@register.simple_tag
def kind_of(value):
    """The class of what a tag is given."""
    return type(value).__name__


@register.filter
def classed(value):
    """The class of what a filter is given."""
    return type(value).__name__


@register.filter
def attribute(value, path):
    """The end of a path of attributes."""
    for name in path.split("."):
        value = getattr(value, name)
    return value


@register.simple_tag
def put(row, name, value):
    """Changes a row, in Python only."""
    setattr(row, name, value)
    return ""


@register.simple_tag
def saved(row):
    """Writes a row as it is."""
    row.save()
    return ""


@register.simple_tag
def forget(row):
    """Fetches the columns of a row again."""
    row.refresh_from_db()
    return ""


@register.simple_tag
def move(row, author):
    """Gives a row another author, in the database as well."""
    row.author = author
    row.save()
    return ""


@register.simple_tag
def rename(row, name):
    """Gives a row another name, in the database only."""
    type(row).objects.filter(pk=row.pk).update(name=name)
    return ""


@register.simple_tag
def sizes(rows):
    """What a tag finds that reads the source itself."""
    return f"{len(rows)} {[str(row) for row in rows]}"


@register.simple_tag
def asked():
    """Runs a query of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]


@register.simple_tag
def statement(sql):
    """Runs any SQL; nothing is shown of it."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
    return ""


@register.simple_tag
def asked_within_a_block():
    """Runs a query of its own below a savepoint."""
    with transaction.atomic():
        return asked()


@register.simple_tag
def undone(row, name):
    """Gives a row another name, and takes it back."""
    with transaction.atomic():
        rename(row, name)
        transaction.set_rollback(True)
    return ""


@register.simple_tag
def walked(rows):
    """Reads rows as they come, by a cursor of the server's where there is one."""
    return "".join(str(row.pk) for row in rows.iterator(chunk_size=2))


@register.simple_tag
def fail():
    """Ends the page."""
    raise RuntimeError("as it is")


class _Rewriting:
    """A site's wrapper that has one word of a statement replaced."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def __call__(self, execute, sql, params, many, context):
        return execute(sql.replace(self.old, self.new), params, many, context)


@register.simple_tag
def rewrite(old, new):
    """From now on, all statements have this word in place of that one."""
    connection.execute_wrappers.append(_Rewriting(old, new))
    return ""


@register.simple_tag
def rewrite_no_more():
    """Takes the last wrapper away."""
    connection.execute_wrappers.pop()
    return ""


@register.inclusion_tag("row.html")
def shown(row):
    """Shows a row by a template."""
    return {"b": row}


@register.simple_block_tag
def boxed(content):
    """Puts its body into a box, by Django's own tag for that."""
    return f"[{content}]"


class Around(template.Node):
    """Renders its body under further names."""

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        with context.push(extra="pushed"):
            return f"({self.nodelist.render(context)})"


@register.tag
def around(parser, token):
    """`{% around %}…{% endaround %}`"""
    nodelist = parser.parse(("endaround",))
    parser.delete_first_token()
    return Around(nodelist)


class Counting(template.Node):
    """Counts the statements of its body as a site may, by a wrapper that it takes away again."""

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        statements = []

        def count(execute, sql, params, many, more):
            statements.append(sql)
            return execute(sql, params, many, more)

        with connection.execute_wrapper(count):
            text = self.nodelist.render(context)
        # Ours may be fewer: whether there were any is what both must agree in.
        return f"{text}({bool(statements)})"


@register.tag
def counting(parser, token):
    """`{% counting %}…{% endcounting %}`"""
    nodelist = parser.parse(("endcounting",))
    parser.delete_first_token()
    return Counting(nodelist)


class Bind(template.Node):
    """Leaves a row in the context under another name, for what follows."""

    def __init__(self, name, source):
        self.name, self.source = name, source

    def render(self, context):
        context[self.name] = self.source.resolve(context)
        return ""


@register.tag
def bind(parser, token):
    """`{% bind name value %}`"""
    _, name, source = token.split_contents()
    return Bind(name, parser.compile_filter(source))


@register.simple_tag
def answer(sql):
    """The first value that any SQL gives, read of what `execute` returns."""
    with connection.cursor() as cursor:
        return cursor.execute(sql).fetchone()[0]


@register.simple_tag
def sent_by_hand(rows):
    """How many rows the SQL of a QuerySet gives, read of what `execute` returns."""
    with connection.cursor() as cursor:
        return len(cursor.execute(*rows.query.sql_with_params()).fetchall())


@register.simple_tag
def rolled_back():
    """Takes everything back that was written since the transaction began."""
    transaction.rollback()
    return ""


@register.simple_tag
def block_begins(blocks):
    """Opens a block that `block_is_undone` closes."""
    blocks.append(transaction.atomic())
    blocks[-1].__enter__()
    return ""


@register.simple_tag
def block_is_undone(blocks):
    """Closes the last block, and takes back what was written in it."""
    transaction.set_rollback(True)
    blocks.pop().__exit__(None, None, None)
    return ""


@register.simple_tag
def worked(work):
    """What a function gives that the view has handed in."""
    return str(work())


@register.simple_tag
def renumber(book):
    """Changes a collection in the database, behind everybody's back."""
    book.chapters.update(number=F("number") + 10)
    return ""
