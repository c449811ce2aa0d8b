"""What a page costs at least: the ideal SQL on a raw cursor, and f-strings with escaping in C.

SQL hands over dates as ISO text on both databases, so that no converter runs; amounts are printed
with two decimals, as they are stored. Offsets and keys are parameters, as an ORM sends them.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

# The public `escape` wraps every text in a `Markup`, which costs more than the escaping.
from markupsafe._speedups import _escape_inner as esc

from tests.benchmarks.orm import naive

MONTHS = dict(
    zip(
        [f"{number:02}" for number in range(1, 13)],
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        strict=True,
    )
)

#: How many queries were run since the start of the process.
queries = 0


def select(sql: str, *parameters: Any) -> Any:
    """Run a query written with `%s` and give the cursor, from which the rows are read."""
    global queries
    queries += 1
    cursor = connection.connection.cursor()
    cursor.execute(_dialect(sql, connection.vendor), parameters)
    return cursor


@functools.cache
def _dialect(sql: str, vendor: str) -> str:
    return sql.replace("%s", "?") if vendor == "sqlite" else sql


def day(iso: str) -> str:
    """`2026-03-02…` as `2 Mar 2026`."""
    return f"{int(iso[8:10])} {MONTHS[iso[5:7]]} {iso[:4]}"


def base(title: str, content: str) -> str:
    """The frame around every page."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="/static/office.css">
</head>
<body>
<header><a href="/">The office</a>
<nav><a href="/dashboard/">Dashboard</a> <a href="/blog/">Blog</a> <a href="/ledger/">Ledger</a></nav>
</header>
<main>
{content}
</main>
<footer>Open on every day but Sunday.</footer>
</body>
</html>
"""


PROPERTIES = """
SELECT name, street, city, bedrooms, monthly_rent, CAST(listed_on AS text)
FROM bench_office_property ORDER BY listed_on DESC, id DESC LIMIT 10 OFFSET %s"""

REQUESTS = """
SELECT r.priority, CAST(r.created_at AS text), r.title, p.name, p.city, u.first_name, u.last_name
FROM bench_office_maintenancerequest r
JOIN bench_office_property p ON p.id = r.property_id
JOIN bench_office_tenant t ON t.id = r.tenant_id JOIN auth_user u ON u.id = t.user_id
WHERE r.status <> %s ORDER BY r.created_at DESC, r.id DESC LIMIT 10 OFFSET %s"""

LEASES = """
SELECT p.name, u.first_name, u.last_name, u.email, l.monthly_rent, CAST(l.end_date AS text)
FROM bench_office_lease l
JOIN bench_office_property p ON p.id = l.property_id
JOIN bench_office_tenant t ON t.id = l.tenant_id JOIN auth_user u ON u.id = t.user_id
WHERE l.status = %s AND l.end_date <= %s ORDER BY l.end_date, l.id LIMIT 5 OFFSET %s"""


def dashboard(turn: int) -> str:
    """Three queries."""
    properties = "".join(
        f"""
<li><h3>{esc(name)}</h3> {esc(street)}, {esc(city)}, {bedrooms} bedroom{"" if bedrooms == 1 else "s"}, {rent:.2f} a month, since {day(listed)}</li>"""
        for name, street, city, bedrooms, rent, listed in select(PROPERTIES, turn)
    )
    requests = "".join(
        f"""
<li{' class="urgent"' if priority == "urgent" else ""}>{day(created)}: {esc(title)} in {esc(name)}, {esc(city)}, for {esc(first)} {esc(last)}</li>
"""
        for priority, created, title, name, city, first, last in select(REQUESTS, "done", turn)
    )
    leases = "".join(
        f"""
<tr><td>{number}</td><td>{esc(name)}</td><td>{esc(first)} {esc(last)}</td><td>{esc(email)}</td><td>{rent:.2f}</td><td>{day(end)}</td></tr>"""
        for number, (name, first, last, email, rent, end) in enumerate(
            select(LEASES, "active", naive.SOON.isoformat(), turn), start=1
        )
    )
    return base(
        "Dashboard",
        f"""<section id="properties">
<h2>New on the market</h2>
<ul>{properties or NOTHING_TO_LET}
</ul>
</section>
<section id="requests">
<h2>Waiting for repair</h2>
<ul>{requests or NOTHING_BROKEN}
</ul>
</section>
<section id="leases">
<h2>About to end</h2>
<table>{leases or NOTHING_ENDS}
</table>
</section>""",
    )


NOTHING_TO_LET = "\n<li>Nothing to let.</li>"
NOTHING_BROKEN = "\n<li>Nothing is broken.</li>"
NOTHING_ENDS = "\n<tr><td>No lease ends soon.</td></tr>"

POSTS = """
SELECT p.id, p.is_featured, p.title, u.first_name, u.last_name, f.headline, f.city, c.name,
CAST(p.published_at AS text), p.summary
FROM bench_office_post p
JOIN auth_user u ON u.id = p.author_id JOIN bench_office_profile f ON f.user_id = u.id
JOIN bench_office_category c ON c.id = p.category_id
ORDER BY p.published_at DESC, p.id DESC LIMIT 100 OFFSET %s"""


def article(row: tuple[Any, ...]) -> str:
    """One post of the list."""
    _, featured, title, first, last, headline, city, category, published, summary = row[:10]
    return f"""<article{' class="featured"' if featured else ""}>
<h2>{esc(title)}</h2>
<p class="by">{esc(first)} {esc(last)} ({esc(headline)}, {esc(city)}) in {esc(category)}, {day(published)}</p>
<p>{esc(summary)}</p>
</article>
"""


def blog(turn: int) -> str:
    """One query."""
    articles = "".join(map(article, select(POSTS, turn))) or "<p>Nothing yet.</p>"
    return base("Blog", f"<h1>Blog</h1>\n{articles}")


POSTS_WITH_COUNTS = POSTS.replace(
    "\nFROM",
    ", (SELECT COUNT(*) FROM bench_office_comment o WHERE o.post_id = p.id)\nFROM",
    1,
)

TAGS = """
SELECT l.post_id, t.name FROM bench_office_post_tags l JOIN bench_office_tag t ON t.id = l.tag_id
WHERE l.post_id IN ({}) ORDER BY t.name"""

COMMENTS = """
SELECT o.post_id, u.username, CAST(o.created_at AS text), o.body FROM (
SELECT post_id, author_id, created_at, body, ROW_NUMBER() OVER (
PARTITION BY post_id ORDER BY created_at DESC, id DESC) AS place
FROM bench_office_comment WHERE post_id IN ({})) o
JOIN auth_user u ON u.id = o.author_id WHERE o.place <= 3 ORDER BY o.post_id, o.place"""


def blog_full(turn: int) -> str:
    """Three queries."""
    posts = select(POSTS_WITH_COUNTS, turn).fetchall()
    keys = [row[0] for row in posts]
    marks = ", ".join(["%s"] * len(keys))
    tags = defaultdict(str)
    for post, name in select(TAGS.format(marks), *keys):
        tags[post] += f"<li>{esc(name)}</li>"
    comments = defaultdict(str)
    for post, author, created, body in select(COMMENTS.format(marks), *keys):
        comments[post] += f"<p>{esc(author)}, {day(created)}: {esc(body)}</p>\n"
    articles = "".join(
        f"""{article(row)}<ul class="tags">{tags[row[0]]}</ul>
<h3>{row[10]} comments</h3>
{comments[row[0]]}"""
        for row in posts
    )
    return base("Blog", f"<h1>Blog</h1>\n{articles or '<p>Nothing yet.</p>'}")


MEMBER = """
SELECT u.username, u.first_name, u.last_name, f.headline, f.city, f.bio
FROM auth_user u JOIN bench_office_profile f ON f.user_id = u.id WHERE u.id = %s"""

MEMBERS_POSTS = """
SELECT title, CAST(published_at AS text) FROM bench_office_post
WHERE author_id = %s ORDER BY published_at DESC, id DESC"""


def profile(turn: int) -> str:
    """Two queries."""
    pk = 3 + turn
    username, first, last, headline, city, bio = select(MEMBER, pk).fetchone()
    posts = "".join(
        f"\n<li>{esc(title)}, {day(published)}</li>"
        for title, published in select(MEMBERS_POSTS, pk)
    )
    return base(
        esc(username),
        f"""<h1>{esc(first)} {esc(last)}</h1>
<p>{esc(headline)}, {esc(city)}</p>
<p>{esc(bio)}</p>
<ul>{posts or NOTHING_WRITTEN}
</ul>""",
    )


NOTHING_WRITTEN = "\n<li>Nothing written yet.</li>"

PAGE_OF_POSTS = """
SELECT p.title, u.first_name, u.last_name, c.name, CAST(p.published_at AS text)
FROM bench_office_post p
JOIN auth_user u ON u.id = p.author_id JOIN bench_office_category c ON c.id = p.category_id
ORDER BY p.published_at DESC, p.id DESC LIMIT 50 OFFSET %s"""


def page50(turn: int) -> str:
    """Two queries."""
    number = 3 + turn
    (count,) = select("SELECT COUNT(*) FROM bench_office_post").fetchone()
    pages = -(-count // 50)
    rows = "".join(
        f"""
<tr><td>{esc(title)}</td><td>{esc(first)} {esc(last)}</td><td>{esc(category)}</td><td>{day(published)}</td></tr>"""
        for title, first, last, category, published in select(PAGE_OF_POSTS, (number - 1) * 50)
    )
    older = f', <a href="?page={number + 1}">older posts</a>' if number < pages else ""
    return base(
        "Archive",
        f"<h1>Archive</h1>\n<table>{rows}\n</table>\n<p>Page {number} of {pages}{older}</p>",
    )


ENTRIES = """
SELECT e.number, e.text, e.quantity, e.amount, b.name, a.name FROM bench_office_entry e
JOIN bench_office_branch b ON b.id = e.branch_id JOIN bench_office_account a ON a.id = e.account_id
ORDER BY e.id LIMIT %s OFFSET %s"""


def ledger(rows: Iterable[tuple[Any, ...]]) -> str:
    """The table of both wide pages."""
    lines = "".join(
        f"""
<tr><td>{esc(number)}</td><td>{esc(text)}</td><td>{quantity}</td><td>{amount:.2f}</td><td>{esc(branch)}</td><td>{esc(account)}</td></tr>"""
        for number, text, quantity, amount, branch, account in rows
    )
    return base("Ledger", f"<table>{lines}\n</table>")


def wide1000(turn: int) -> str:
    """One query."""
    return ledger(select(ENTRIES, 1_000, turn))


def wide10000(turn: int) -> str:
    """One query."""
    return ledger(select(ENTRIES, 10_000, turn))


POSTS_AND_NAMES = """
SELECT p.id, p.slug, p.title, p.words, u.first_name, u.last_name
FROM bench_office_post p JOIN auth_user u ON u.id = p.author_id
ORDER BY p.published_at DESC, p.id DESC LIMIT 100 OFFSET %s"""


def methods(turn: int) -> str:
    """One query."""
    rows = "".join(
        f"""
<li><a href="/blog/{slug}/{pk}/">{esc(title)}</a> by {esc(f"{first} {last}".strip())}, {max(1, words // 200)} min</li>"""
        for pk, slug, title, words, first, last in select(POSTS_AND_NAMES, turn)
    )
    return base("Blog", f"<ul>{rows}\n</ul>")


def no_models(turn: int) -> str:
    """No query."""
    context = naive.no_models(turn)
    title = esc(context["title"])
    rows = "".join(
        f"""
<tr{' class="late"' if row["is_late"] else ""}><td>{esc(row["name"])}</td><td>{esc(row["place"]["city"])}</td><td>{row["count"]}</td><td>{day(row["day"].isoformat())}</td></tr>"""
        for row in context["rows"]
    )
    return base(title, f"<h1>{title}</h1>\n<table>{rows}\n</table>")
