"""Dangling keys, hiding managers, chains of NULL, reverse one-to-ones, child tables, proxies, generic keys, trees."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from traps.compared import loop
from zoo.models import (
    Author,
    Bistro,
    Book,
    Chapter,
    Club,
    Comment,
    Language,
    Membership,
    Node,
    PenName,
    Place,
    Profile,
    Restaurant,
    Review,
    Seat,
    Tag,
)
from zoo.odd import Deed, Shouting, Talking


def books():
    return Book.objects.order_by("pk")


def authors():
    return Author.objects.all()


DANGLING = {
    "sure key": (books, "{{ b.title }}[{{ b.publisher.name }}]"),
    "nullable key": (books, "[{{ b.sponsor.name }}]{{ b.sponsor_id }}"),
    "as itself": (books, "{{ b.publisher }}{{ b.sponsor }}"),
    "its key": (books, "{{ b.publisher.pk }}{{ b.publisher.id }}{{ b.sponsor.pk }}{{ b.publisher_id }}"),
    "tested": (books, "{% if b.sponsor %}{{ b.sponsor.name }}{% else %}-{% endif %}{% if b.publisher %}y{% endif %}"),
    "not none": (books, "{% if b.sponsor is not None %}{{ b.sponsor.name }}{% endif %}{% if b.sponsor_id %}{{ b.sponsor.name }}{% endif %}"),
    "tested for none": (books, "{% if b.sponsor == None %}none{% endif %}{% if not b.publisher %}not{% endif %}"),
    "bound": (books, "{% with s=b.sponsor p=b.publisher %}{{ s.name }}{{ p.name }}{% if s %}s{% endif %}{% endwith %}"),
    "twice": (books, "{{ b.sponsor.name }}{{ b.sponsor.pk }}{{ b.sponsor }}{{ b.publisher.name }}{{ b.publisher }}"),
    "hidden": (books, "[{{ b.vault.name }}][{{ b.drawer.name }}]{{ b.vault }}{{ b.drawer }}{{ b.vault.pk }}{{ b.drawer.pk }}"),
    "hidden, tested": (books, "{% if b.vault %}v{% endif %}{% if b.drawer %}d{% endif %}{{ b.vault_id }}"),
    "by id": (Deed.objects.all, "{{ b.by.name }}{{ b.by.country.name }}{{ b.by_id }}"),
    "by word": (Deed.objects.all, "{{ b.word.code }}{{ b.word.country.name }}{{ b.word_id }}{{ b.word.pk }}"),
    "deeds": (authors, "{% for d in b.deeds.all %}{{ d.name }}{{ d.by.name }}{{ d.word.code }}{% endfor %}{{ b.deeds.count }}"),
    "words": (lambda: Language.objects.order_by("pk"), "{% for d in b.deeds.all %}{{ d.name }}{{ d.word.code }}{% endfor %}"),
    "for a loop": (books, "{% for x in b.sponsor.place_set.all %}{{ x.name }}{% endfor %}{% for x in b.publisher.author_set.all %}{{ x.name }}{% endfor %}"),
    "in filters": (books, "{{ b.sponsor.name|default:'-' }}{{ b.publisher.name|upper|default:'none' }}{{ b.sponsor|default_if_none:'+' }}"),
    "in tags": (books, "{% firstof b.sponsor.name b.publisher.name 'x' %}{% ifchanged b.sponsor %}c{% endifchanged %}{% cycle b.publisher.name 'y' %}"),
    "a dangling list": (lambda: list(books()), "{{ b.sponsor.name }}{{ b.publisher.name }}{{ b.drawer.name }}"),
}  # fmt: skip

NULLS = {
    "chain": (books, "{{ b.editor.mentor.country.name }}|{{ b.editor.country }}|{{ b.editor }}"),
    "all along": (books, "{{ b.language.country.name }}{{ b.language.code }}{{ b.language_id }}"),
    "tests": (books, "{% if b.editor.mentor %}{{ b.editor.mentor.name }}{% endif %}{% if b.editor.mentor.country.name == 'c0' %}c{% endif %}"),
    "is none": (books, "{% if b.editor.country is None %}n{% endif %}{% if b.editor.mentor.name is None %}m{% endif %}{% if b.editor is None %}e{% endif %}"),
    "or else": (books, "{{ b.editor.name|default:b.author.name }}{% firstof b.editor.name b.author.name %}"),
    "collections of none": (books, "{% for p in b.editor.pupils.all %}{{ p.name }}{% empty %}-{% endfor %}{{ b.editor.pupils.count }}"),
    "keys": (books, "{{ b.editor_id }}{{ b.editor.pk }}{{ b.editor.id }}{{ b.editor.country_id }}{{ b.editor.country.pk }}"),
}  # fmt: skip

ONE_TO_ONE = {
    "profile": (authors, "{{ b.profile.bio }}{{ b.profile.home.name }}{{ b.profile }}"),
    "tested": (authors, "{% if b.profile %}{{ b.profile.bio }}{% else %}-{% endif %}"),
    "none": (authors, "{% if b.profile is None %}n{% endif %}{% if b.profile.home %}h{% endif %}{{ b.profile|default:'-' }}"),
    "there and back": (authors, "{{ b.profile.author.name }}{{ b.profile.author.profile.bio }}{{ b.profile.author_id }}"),
    "from it": (lambda: Profile.objects.order_by("pk"), "{{ b.author.profile.bio }}{{ b.author.name }}{{ b.home.name }}"),
    "by book": (books, "{{ b.author.profile.bio }}{{ b.editor.profile.home.name }}{{ b.editor.profile }}"),
    "query name": (authors, "{{ b.prof }}{{ b.prof.bio }}"),
    "same way back": (authors, "{% if b.profile.author is b %}same{% endif %}{% if b.profile.author == b %}equal{% endif %}"),
    "chain of itself": (Deed.objects.all, "{{ b.again.name }}{{ b.before.name }}{{ b.again.again.name }}{{ b.before.before.name }}{{ b.again.before.name }}"),
}  # fmt: skip

CHILDREN = {
    "places": (lambda: Place.objects.order_by("pk"), "{{ b.name }}{{ b.country.name }}{{ b.restaurant.chef.name }}{{ b.restaurant.as_bistro.menu }}"),
    "restaurants": (lambda: Restaurant.objects.order_by("pk"), "{{ b.name }}{{ b.country.name }}{{ b.chef.name }}{{ b.place_ptr.name }}{{ b.place_ptr_id }}{{ b.pk }}{{ b.id }}"),
    "bistros": (lambda: Bistro.objects.order_by("pk"), "{{ b.name }}{{ b.menu }}{{ b.house.name }}{{ b.house.place_ptr.country.name }}{{ b.house_id }}{{ b.pk }}{{ b.place_ptr_id }}"),
    "child tested": (lambda: Place.objects.order_by("pk"), "{% if b.restaurant %}{{ b.restaurant.name }}{% if b.restaurant.as_bistro %}b{% endif %}{% else %}-{% endif %}"),
    "child from parent": (lambda: Restaurant.objects.order_by("pk"), "{{ b.as_bistro.menu }}{{ b.as_bistro.name }}{{ b.restaurant.chef }}"),
    "child's only": (lambda: Bistro.objects.only("menu").order_by("pk"), "{{ b.menu }}{{ b.name }}{{ b.chef }}"),
    "own deferred": (lambda: list(Restaurant.objects.defer("chef").order_by("pk")), "{{ b.place_ptr.country.name }}{{ b.place_ptr.pk }}{{ b.name }}"),
    "parent's deferred": (lambda: Restaurant.objects.defer("name", "country").order_by("pk"), "{{ b.name }}{{ b.country.name }}{{ b.place_ptr.name }}"),
    "related": (lambda: Place.objects.select_related("restaurant__as_bistro").order_by("pk"), "{{ b.restaurant.as_bistro.menu }}{{ b.restaurant.country.name }}"),
    "of a country": (lambda: [authors().first().country], "{% for p in b.place_set.all %}{{ p.name }}{{ p.restaurant.name }}{% endfor %}"),
    "of a chef": (authors, "{% for r in b.restaurant_set.all %}{{ r.name }}{{ r.country.name }}{% endfor %}"),
}  # fmt: skip

PROXIES = {
    "rows": (PenName.objects.all, "{{ b }}{{ b.name }}{{ b.country.name }}{{ b.label }}"),
    "relations": (PenName.objects.all, "{{ b.profile.bio }}{{ b.mentor }}{% for p in b.pupils.all %}{{ p }}{% endfor %}{{ b.book_set.count }}"),
    "mixed": (lambda: [*authors(), *PenName.objects.all()], "{{ b }}{{ b.country.name }}{{ b.profile.bio }}"),
    "own text": (Shouting.objects.all, "{{ b }}{{ b.name }}{{ b.author.name }}"),
    "own order": (lambda: [*Shouting.objects.all(), *Talking.objects.all()], "{{ b }}{{ b.author.country.name }}"),
    "equal": (PenName.objects.all, "{% if b == again.0 %}={% endif %}{% if b in again %}in{% endif %}{{ b.mentor.pk }}"),
}  # fmt: skip

GENERIC = {
    "target": (Comment.objects.all, "{{ b.target }}{{ b.target.title }}{{ b.target.name }}"),
    "its relations": (Comment.objects.all, "{{ b.target.author.name }}{{ b.target.country.name }}{{ b.target.chef.name }}{{ b.writer.name }}"),
    "its collections": (Comment.objects.all, "{% for t in b.target.tags.all %}{{ t.name }}{% endfor %}{% for c in b.target.comments.all %}{{ c.text }}{% endfor %}"),
    "tested": (Comment.objects.all, "{% if b.target %}{{ b.target.pk }}{% else %}-{% endif %}{% if b.target is None %}none{% endif %}"),
    "columns": (Comment.objects.all, "{{ b.key }}{{ b.kind_id }}{{ b.kind.model }}{{ b.kind }}"),
    "columns and target": (Comment.objects.all, "{{ b.kind.model }}{{ b.target }}{{ b.kind.app_label }}"),
    "relation": (books, "{% for c in b.comments.all %}{{ c.text }}{{ c.writer.name }}{{ c.target.title }}{% endfor %}{{ b.comments.count }}"),
    "list": (lambda: list(Comment.objects.all()), "{{ b.target.author.country.name }}"),
    "sliced": (lambda: Comment.objects.all()[3:9], "{{ b.target }}{{ b.target.author.name }}"),
    "regrouped": (Comment.objects.all, "{% regroup again by target as g %}{% if forloop.first %}{% for x in g %}{{ x.grouper }}{% endfor %}{% endif %}"),
    "maybe": (Comment.objects.all, "{% if forloop.counter > 3 %}{{ b.target.author.name }}{% endif %}"),
}  # fmt: skip

TREES = {
    "mentors": (authors, "{{ b.mentor.name }}{{ b.mentor.mentor.name }}{{ b.mentor.mentor.mentor }}"),
    "pupils": (authors, "{% for p in b.pupils.all %}{{ p.name }}{% for q in p.pupils.all %}{{ q.name }}{% endfor %}{{ p.mentor.name }}{% endfor %}"),
    "nodes": (lambda: Node.objects.filter(parent=None), "{% for c in b.children.all %}{{ c.name }}{% for d in c.children.all %}{{ d.name }}{{ d.parent.parent.name }}{% endfor %}{% endfor %}"),
    "included": (lambda: Node.objects.filter(parent=None), "{% include 'tree.html' with node=b %}"),
    "included in levels": (lambda: Node.objects.filter(parent=None), "{% include 'level.html' with nodes=b.children.all %}"),
    "up": (Node.objects.all, "{{ b.parent.name }}{{ b.parent.parent.name }}{% if b.parent.parent %}{{ b.parent.parent.parent }}{% endif %}"),
}  # fmt: skip

MANY = {
    "through": (lambda: Club.objects.order_by("pk"), "{% for a in b.members.all %}{{ a.name }}{{ a.country.name }}{% endfor %}{% for m in b.membership_set.all %}{{ m.since }}{{ m.author.name }}{{ m.club.name }}{% endfor %}"),
    "through rows": (lambda: Membership.objects.order_by("pk"), "{{ b.club.name }}{{ b.author.name }}{{ b.since }}"),
    "clubs": (authors, "{% for c in b.club_set.all %}{{ c.name }}{{ c.members.count }}{% endfor %}"),
    "back": (books, "{% for c in b.chapters.all %}{{ c.book.title }}{{ c.book.author.name }}{% if c.book is b %}same{% endif %}{% endfor %}"),
    "hiding": (books, "{% for r in b.review_set.all %}{{ r.reader.name }}{{ r.hidden }}{% endfor %}{{ b.review_set.count }}{{ b.review_set.all|length }}"),
    "to tags and back": (lambda: Tag.objects.all(), "{% for b in b.book_set.all %}{{ b.title }}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}"),
    "query names": (books, "{{ b.chap }}{{ b.tagged }}{{ b.chap.count }}{{ b.review }}{{ b.comment }}"),
    "seats": (lambda: Seat.objects.order_by("pk"), "{{ b.pk }}{{ b.row }}{{ b.guest.name }}{% for s in b.guest.seats.all %}{{ s.number }}{% endfor %}"),
    "chapters": (lambda: Chapter.objects.order_by("pk"), "{{ b.book.title }}{{ b.book.author.name }}{{ b.translator.name }}{{ b.number }}"),
    "reviews": (Review.objects.all, "{{ b.book.title }}{{ b.reader.name }}{{ b.book.author.country.name }}"),
    "names of nothing": (books, "{{ b.tags }}{{ b.tags.nothing }}{{ b.chapters.all.nothing }}{{ b.tags.all.query.nothing }}"),
    "filters of managers": (books, "{{ b.tags.all.first }}{{ b.tags.values.0 }}{{ b.tags.values_list.0 }}{{ b.tags.distinct.count }}{{ b.tags.none.count }}{{ b.tags.reverse.0 }}"),
    "related of related": (books, "{% for o in b.author.book_set.all %}{{ o.title }}{{ o.editor.name }}{% endfor %}{% for o in b.author.edited.all %}{{ o.author.name }}{% endfor %}"),
}  # fmt: skip

PARTS = {
    "tree.html": "{{ node.name }}{{ node.parent.name }}{% for n in node.children.all %}{% include 'tree.html' with node=n %}{% endfor %}",
    "level.html": "{% if nodes %}<{% for n in nodes %}{{ n.name }}{% include 'level.html' with nodes=n.children.all %}{% endfor %}>{% endif %}",
}

KINDS = {
    "dangling": DANGLING,
    "nulls": NULLS,
    "one to one": ONE_TO_ONE,
    "children": CHILDREN,
    "proxies": PROXIES,
    "generic": GENERIC,
    "trees": TREES,
    "many": MANY,
}


def tried(cases, change=lambda make: make):
    return {
        name: (change(make), loop(body), {"templates": PARTS})
        for name, (make, body) in cases.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_relations(zoo_rows, same_each, kind):
    for n in range(4):
        Seat.objects.create(row=n % 2, number=n, guest=zoo_rows.authors[n % 3])
    same_each(tried(KINDS[kind]), joins=kind == "many")


@pytest.mark.parametrize("kind", KINDS)
def test_relations_of_rows_that_the_view_has_read(zoo_rows, same_each, kind):
    same_each(tried(KINDS[kind], lambda make: lambda: list(make())), joins=False)


@pytest.mark.parametrize("kind", KINDS)
def test_relations_of_a_single_row(zoo_rows, same_each, kind):
    for at in (0, 1, 2):
        same_each(
            tried(KINDS[kind], lambda make, at=at: lambda: list(make())[at : at + 1]), joins=False
        )


@pytest.mark.parametrize("key", ["998", "007", "word", "0x1", "", None])
def test_generic_keys_that_point_nowhere(zoo_rows, same_each, key):
    kind = ContentType.objects.get_for_model(Book)
    Comment.objects.create(text="odd", kind=kind, key=key)
    Comment.objects.create(
        text="old", kind=ContentType.objects.create(app_label="x", model="y"), key="1"
    )
    same_each(tried(GENERIC), fails=None, joins=False)


def test_python_code_meets_the_error_of_a_dangling_key(zoo_rows, same):
    same(
        books,
        "{% load handlers %}" + loop("{{ b.publisher.name }}{% follow b 'publisher' %}"),
        fails=True,
    )
