"""Usage trees: the wire, unions of two names for one value, paths for people."""

from hypothesis import given
from hypothesis import strategies as st
from walker import rows, usage

from djust_backend.orm.usage import ITERATED, PRINTED, REACHED, Usage

flags = st.integers(0, 511)
trees = st.recursive(
    st.builds(Usage, flags, flags, st.just({}), st.none()),
    lambda below: st.builds(
        Usage,
        flags,
        flags,
        st.dictionaries(st.sampled_from("abc"), below, max_size=2),
        st.none() | below,
    ),
    max_leaves=8,
)


@given(trees)
def test_wire_and_back(tree):
    again = Usage.from_wire(tree.to_wire())
    assert again == tree
    assert hash(again) == hash(tree)


@given(trees, trees)
def test_merge_is_symmetric_and_loses_no_need(one, two):
    merged = one.merge(two)
    assert merged == two.merge(one)
    assert merged.always == one.always | two.always
    assert not (one.always | one.maybe) & ~(merged.always | merged.maybe)


@given(trees)
def test_merge_with_itself_changes_no_certainty(tree):
    merged = tree.merge(tree)
    assert merged.to_wire()[0] == tree.always
    assert merged.merge(tree) == merged


def test_certainty_below_a_doubtful_use_is_lost():
    sure = usage("title")
    doubtful = Usage(0, REACHED, usage("author.name").fields, None)
    assert sure.merge(doubtful).paths() == ("author?.name", "title")


def test_certainty_that_both_uses_share_is_kept():
    one = Usage(0, REACHED, usage("author.name").fields, None)
    two = Usage(0, REACHED, usage("author.country").fields, None)
    merged = one.merge(two)
    assert merged.fields["author"].always & REACHED
    assert not merged.fields["author"].fields["name"].always & REACHED


def test_rows_of_a_loop_that_may_not_run_are_in_doubt():
    looped = Usage(REACHED, ITERATED, {}, Usage(0, REACHED, usage("author.name").fields, None))
    merged = looped.merge(rows("title"))
    assert merged.paths() == ("[].author?.name", "[].title")


def test_paths_for_people():
    needs = usage("author.name", "tags.all[].name", "?editor.country.name")
    assert needs.paths() == ("author.name", "editor?.country.name", "tags.all[].name")
    assert Usage(REACHED | PRINTED, 0, {}, None).paths() == ()


def test_fields_cannot_be_changed():
    fields = {"a": usage()}
    tree = Usage(REACHED, 0, fields, None)
    fields.clear()
    assert list(tree.fields) == ["a"]
