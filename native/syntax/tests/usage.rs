//! The rules of scoping, one by one: what counts as a use of which variable, and when it is certain.
//!
//! A use is written as text: `x: reached printed; x.y: (reached) …`, with brackets around what may happen.

#![allow(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

#[path = "support/show.rs"]
mod show;
mod support;

use djust_syntax::usage::{Composition, Names, Usage};

fn lines(prefix: &str, usage: &Usage, names: &Names, found: &mut Vec<String>) {
    found.push(format!("{prefix}: {}", show::bits(usage)));
    for (name, below) in &usage.fields {
        lines(&format!("{prefix}.{}", names.text(*name)), below, names, found);
    }
    if let Some(each) = &usage.each {
        lines(&format!("{prefix}[]"), each, names, found);
    }
}

fn of(composition: &Composition) -> Vec<String> {
    let mut found = Vec::new();
    for (name, usage) in &composition.variables {
        lines(composition.names.text(*name), usage, &composition.names, &mut found);
    }
    found
}

/// The uses of a template, without those that are only reached.
#[track_caller]
fn check_all(sources: &[(&str, &str)], expected: &[&str]) {
    let found = of(&support::composition(sources));
    let found: Vec<&str> = found.iter().map(String::as_str).filter(|line| !line.ends_with(": reached")).collect();
    assert_eq!(found, expected, "{sources:?}");
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    check_all(&[("main.html", source)], expected);
}

#[test]
fn literals_are_no_variables() {
    check("{{ 'a.b' }}{{ 5 }}{{ _('x.y') }}{% if True and None %}{% endif %}{{ False }}", &[]);
}

#[test]
fn paths_are_read_to_their_end() {
    check("{{ a.b.c }}", &["a.b.c: reached printed"]);
    check("{{ a.0.c }}", &["a: reached indexed", "a.0.c: reached printed"]);
}

#[test]
fn filters_do_what_the_table_says() {
    check(
        "{{ a|length }}{{ b|yesno }}{{ c|join:d.e }}",
        &[
            "a: reached counted",
            "b: reached truth",
            "c: reached iterated",
            "c[]: reached printed",
            "d.e: reached (printed)",
        ],
    );
    check(
        "{{ a|first }}{{ b|last }}",
        &["a: reached indexed", "a.0: reached printed", "b: reached indexed", "b.-1: reached printed"],
    );
    check("{{ a|my_filter:b }}", &["a: reached escaped", "b: reached escaped"]);
}

#[test]
fn sorting_reads_the_path_in_the_argument() {
    check(
        "{% for b in books|dictsort:'author.name' %}{{ b.title }}{% endfor %}",
        // A sort gives up at the first item that lacks the path, and nothing is walked through then.
        &[
            "books: reached iterated",
            "books[].author: (reached)",
            "books[].author.name: reached compared",
            "books[].title: (reached) (printed)",
        ],
    );
    check(
        "{% for b in books|dictsort:key %}{% endfor %}",
        &["books: reached iterated", "books[]: reached escaped", "key: reached (printed)"],
    );
}

#[test]
fn a_default_may_go_on_as_the_value() {
    check(
        "{% with x=a|default:b %}{{ x.name }}{% endwith %}",
        &["a: reached truth", "a.name: reached printed", "b.name: (reached) (printed)"],
    );
}

#[test]
fn loops_bind_their_variable_and_forloop() {
    check(
        "{% for x in xs %}{{ forloop.counter }}{{ forloop.parentloop.counter }}{{ x.a }}{% endfor %}{{ x }}",
        &["xs: reached iterated", "xs[].a: reached printed", "x: reached printed"],
    );
    check("{{ forloop.counter }}", &["forloop.counter: reached printed"]);
    check(
        "{% for x in xs %}{% for y in x.ys %}{{ forloop.parentloop.first }}{{ y.b }}{% endfor %}{% endfor %}",
        &["xs: reached iterated", "xs[].ys: reached iterated", "xs[].ys[].b: reached printed"],
    );
}

#[test]
fn outer_variables_in_a_loop_may_not_be_reached() {
    check(
        "{% for x in xs %}{{ site.name }}{% endfor %}",
        &["xs: reached iterated", "site: (reached)", "site.name: reached printed"],
    );
    check(
        "{% for x in xs %}{{ site.name }}{% empty %}{{ site.name }}{% endfor %}",
        &["xs: reached iterated", "site.name: reached printed"],
    );
    check(
        "{% for x in xs %}{% for y in ys %}{{ x.a }}{{ y.a }}{% endfor %}{% endfor %}",
        &["xs: reached iterated", "xs[].a: (reached) (printed)", "ys: (reached) (iterated)", "ys[].a: reached printed"],
    );
}

#[test]
fn unpacking_takes_positions_of_each_item() {
    check(
        "{% for k, v in d.items %}{{ k }}{{ v.name }}{% endfor %}",
        &[
            "d.items: reached iterated",
            "d.items[]: reached indexed",
            "d.items[].0: reached printed",
            "d.items[].1.name: reached printed",
        ],
    );
}

#[test]
fn with_makes_another_name_for_the_same_path() {
    check(
        "{% for lease in leases %}{% with a=lease.tenant %}{{ a.user.email }}{% endwith %}{% endfor %}",
        &["leases: reached iterated", "leases[].tenant.user.email: reached printed"],
    );
    check(
        "{% with lease.tenant as a %}{{ a.name }}{% endwith %}{{ a }}",
        &["lease.tenant.name: reached printed", "a: reached printed"],
    );
    check("{% with a=b b=a %}{{ a.x }}{{ b.y }}{% endwith %}", &["b.x: reached printed", "a.y: reached printed"]);
}

#[test]
fn branches_are_certain_together() {
    check("{% if c %}{{ a.x }}{% endif %}", &["c: reached truth", "a: (reached)", "a.x: reached printed"]);
    check(
        "{% if c %}{{ a.x }}{% else %}{{ a.x }}{{ a.y }}{% endif %}",
        &["c: reached truth", "a.x: reached printed", "a.y: (reached) (printed)"],
    );
    check(
        "{% if c %}{{ a }}{% elif d.e %}{{ a }}{% else %}{{ a }}{% endif %}",
        &["c: reached truth", "a: reached printed", "d: (reached)", "d.e: reached truth"],
    );
    check(
        "{% if c %}{{ a }}{% elif d %}{{ a }}{% endif %}",
        &["c: reached truth", "a: (reached) (printed)", "d: (reached) (truth)"],
    );
}

#[test]
fn the_right_side_of_and_and_or_may_not_be_read() {
    check("{% if a.x and b.y %}{% endif %}", &["a.x: reached truth", "b: (reached)", "b.y: reached truth"]);
    check("{% if a or not b %}{% endif %}", &["a: reached truth", "b: (reached) (truth)"]);
}

#[test]
fn comparisons_read_both_sides() {
    check(
        "{% if a.x == b.y and c in d %}{% endif %}",
        &[
            "a.x: reached compared",
            "b.y: reached compared",
            "c: (reached) (compared)",
            "d: (reached) (iterated) (compared)",
            "d[]: reached compared",
        ],
    );
}

#[test]
fn a_condition_on_the_relation_itself_counts_as_certain() {
    for condition in ["l.tenant", "l.tenant_id", "l.tenant.pk", "l.tenant is not None", "l.tenant and l.tenant"] {
        let source = format!("{{% if {condition} %}}{{{{ l.tenant.name }}}}{{% endif %}}");
        let composition = support::composition(&[("main.html", &source)]);
        let certain = condition != "l.tenant and l.tenant";
        let tenant = composition.variable("l").unwrap().field(composition.names.get("tenant").unwrap()).unwrap();
        assert!(tenant.is_certain(), "{source}");
        let name = tenant.field(composition.names.get("name").unwrap()).unwrap();
        assert_eq!(name.is_certain(), certain, "{source}");
    }
    check(
        "{% if not l.tenant %}-{% else %}{{ l.tenant.name }}{% endif %}",
        &["l.tenant: reached truth", "l.tenant.name: reached printed"],
    );
    check(
        "{% if l.tenant %}{{ l.tenant.name }}{{ l.owner.name }}{% endif %}",
        &[
            "l.tenant: reached truth",
            "l.tenant.name: reached printed",
            "l.owner: (reached)",
            "l.owner.name: reached printed",
        ],
    );
    check(
        "{% if l.tenant and l.tenant.name %}{% endif %}",
        &["l.tenant: reached truth", "l.tenant.name: reached truth"],
    );
}

#[test]
fn two_loops_over_one_list_add_up() {
    check(
        "{% for x in xs %}{{ x.a }}{% endfor %}{% for x in xs %}{{ x.b }}{% endfor %}",
        &["xs: reached iterated", "xs[].a: reached printed", "xs[].b: reached printed"],
    );
    check(
        "{% for x in xs %}{{ x.a }}{% endfor %}{% if c %}{% for x in xs %}{{ x.b }}{% endfor %}{% endif %}",
        &["xs: reached iterated", "xs[].a: reached printed", "xs[].b: (reached) (printed)", "c: reached truth"],
    );
}

#[test]
fn what_one_loop_does_with_an_item_is_not_done_with_the_items_of_a_loop_within_it() {
    check(
        "{% for x in xs %}{% if x.c %}{{ x.a.b }}{% for z in xs %}{{ z.a.d }}{% endfor %}{% endif %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].c: reached truth",
            "xs[].a: (reached)",
            "xs[].a.b: (reached) (printed)",
            "xs[].a.d: reached printed",
        ],
    );
    check(
        "{% for x in xs %}{% if x.c %}{% for z in xs %}{{ z.a.d }}{{ x.a.b }}{% endfor %}{% endif %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].c: reached truth",
            "xs[].a: (reached)",
            "xs[].a.d: reached printed",
            "xs[].a.b: (reached) (printed)",
        ],
    );
    check(
        "{% for x in xs %}{{ x.a.b }}{% for z in xs %}{{ z.a.d }}{{ x.a.e }}{% endfor %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].a.b: reached printed",
            "xs[].a.d: reached printed",
            "xs[].a.e: reached printed",
        ],
    );
    check(
        "{% for x in xs %}{% for y in x.ys %}{% if y.c %}{{ y.a.b }}{% for z in x.ys %}{{ z.a.d }}{% endfor %}{% endif %}\
         {% endfor %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].ys: reached iterated",
            "xs[].ys[].c: reached truth",
            "xs[].ys[].a: (reached)",
            "xs[].ys[].a.b: (reached) (printed)",
            "xs[].ys[].a.d: reached printed",
        ],
    );
    check(
        "{% for x in xs %}{% if x.c %}{% for y in x.ys %}{{ y.a }}{% endfor %}{% for y in x.ys %}{{ y.a.b }}{% endfor %}\
         {% endif %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].c: reached truth",
            "xs[].ys: (reached) (iterated)",
            "xs[].ys[].a: reached printed",
            "xs[].ys[].a.b: reached printed",
        ],
    );
}

#[test]
fn a_loop_over_a_slice_says_nothing_about_the_other_elements() {
    check("{% for x in xs|slice:':3' %}{{ x.a.b }}{% endfor %}", &["xs: reached sliced", "xs[].a.b: reached printed"]);
    check(
        "{% for x in xs|slice:':3' %}{{ x.a }}{% endfor %}{% for x in xs %}{{ x.b }}{% endfor %}",
        &["xs: reached iterated sliced", "xs[].a: (reached) (printed)", "xs[].b: reached printed"],
    );
}

#[test]
fn results_of_tags_hide_variables_afterwards() {
    check("{{ u }}{% url 'x' a.pk as u %}{{ u }}", &["u: reached printed", "a.pk: reached printed"]);
    check("{% now 'Y' as n %}{{ n.x }}{% get_current_language as l %}{{ l }}{% static 'x' as s %}{{ s }}", &[]);
    check("{% py a.b as r %}{{ r.x }}", &["a.b: reached escaped"]);
    check("{% with z=1 %}{% url 'x' as u %}{% endwith %}{{ u }}", &["u: reached printed"]);
    check("{% if c %}{% url 'x' as u %}{% endif %}{{ u }}", &["c: reached truth", "u: (reached) (printed)"]);
}

#[test]
fn regroup_gives_groups_of_the_same_elements() {
    check(
        "{% regroup xs by city as gs %}{% for g, rows in gs %}{{ g.name }}{% for x in rows %}{{ x.a }}{% endfor %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].city: reached compared",
            "xs[].city.name: reached printed",
            "xs[].a: reached printed",
        ],
    );
}

#[test]
fn groups_that_go_elsewhere_take_their_elements_with_them() {
    check(
        "{% regroup xs by city as gs %}{% py gs %}",
        &["xs: reached iterated escaped", "xs[].city: reached compared escaped"],
    );
    check(
        "{% regroup xs by city as gs %}{% for g in gs %}{% for part in g %}{{ part.name }}{% endfor %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs.name: (reached) (printed)",
            "xs[].city: reached compared",
            "xs[].city.name: (reached) (printed)",
        ],
    );
    check(
        "{% regroup xs by city as gs %}{% regroup gs by grouper as hs %}{% for h in hs %}{{ h.x }}{% endfor %}",
        &["xs: reached iterated escaped", "xs[].city: reached compared escaped"],
    );
}

#[test]
fn groups_of_the_turn_before_are_handed_over() {
    check(
        "{% for x in xs %}{% for g in gs %}{% endfor %}{% regroup x.ys by city as gs %}{% endfor %}",
        &[
            "xs: reached iterated",
            "xs[].ys: reached iterated (escaped)",
            "xs[].ys[].city: reached compared (escaped)",
            "gs: (reached) (iterated)",
        ],
    );
}

#[test]
fn tags_read_their_arguments() {
    check(
        "{% cycle a b %}{% firstof c d %}{% widthratio e f 100 %}",
        &[
            "a: (reached) (printed)",
            "b: (reached) (printed)",
            "c: reached truth (printed)",
            "d: (reached) (printed) (truth)",
            "e: reached printed",
            "f: reached printed",
        ],
    );
    check(
        "{% ifchanged a.x %}{{ b }}{% else %}{{ b }}{% endifchanged %}",
        &["a.x: reached compared", "b: reached printed"],
    );
    check("{% filter cut:a.x %}{{ var }}{% endfilter %}", &["var: reached printed", "a.x: reached (printed)"]);
    check(
        "{% cache t 'name' a.pk %}{{ b }}{% endcache %}",
        &["t: reached printed", "a.pk: reached printed", "b: (reached) (printed)"],
    );
    check("{% csrf_token %}", &["csrf_token: reached printed truth"]);
}

#[test]
fn translated_texts_print_their_variables() {
    check(
        "{% blocktranslate with n=a.name count c=b|length %}{{ n }}{{ x }}{% plural %}{{ c }}{{ y }}{% endblocktranslate %}{{ n }}",
        &[
            "a.name: reached printed",
            "b: reached counted",
            "x: reached printed",
            "y: reached printed",
            "n: reached printed",
        ],
    );
}

#[test]
fn bodies_of_python_tags_may_run() {
    check(
        "{% pyblock a.b %}{{ c.d }}{% endpyblock %}",
        &["a.b: reached escaped", "c: (reached)", "c.d: reached printed"],
    );
    let composition = support::composition(&[("main.html", "{% pycontext %}{{ a }}")]);
    assert!(composition.opaque);
    assert_eq!(of(&composition), ["a: reached printed"]);
}

#[test]
fn includes_by_literal_name_are_part_of_the_template() {
    check_all(
        &[
            ("main.html", "{% for x in xs %}{% include 'row.html' with item=x.unit %}{% endfor %}"),
            ("row.html", "{{ item.name }}{{ x.number }}{% if item.flag %}{{ item.owner.name }}{% endif %}"),
        ],
        &[
            "xs: reached iterated",
            "xs[].unit.name: reached printed",
            "xs[].unit.flag: reached truth",
            "xs[].unit.owner: (reached)",
            "xs[].unit.owner.name: reached printed",
            "xs[].number: reached printed",
        ],
    );
    check_all(
        &[("main.html", "{% include 'row.html' with a=b only %}{{ c }}"), ("row.html", "{{ a.x }}{{ c.y }}")],
        &["b.x: reached printed", "c: reached printed"],
    );
}

#[test]
fn includes_by_variable_hand_over_all_that_is_visible() {
    check(
        "{% for x in xs %}{% include t %}{% endfor %}{{ a.b }}",
        &[
            "xs: reached iterated (escaped)",
            "xs[]: reached (escaped)",
            "t: (reached) (escaped)",
            "a: reached (escaped)",
            "a.b: reached printed",
        ],
    );
    check(
        "{% for x in xs %}{% include t with y=x.z only %}{% endfor %}{{ a.b }}",
        &["xs: reached iterated", "xs[].z: reached (escaped)", "t: (reached) (escaped)", "a.b: reached printed"],
    );
    let composition = support::composition(&[("main.html", "{% include 'missing.html' %}")]);
    assert!(composition.dynamic);
    assert_eq!(*composition.unresolved, ["missing.html".into()]);
}

#[test]
fn recursive_includes_stop_and_hand_over_their_bindings() {
    let tree =
        "{{ node.name }}{% for child in node.children.all %}{% include 'tree.html' with node=child %}{% endfor %}";
    check_all(
        &[("main.html", "{% include 'tree.html' with node=root %}"), ("tree.html", tree)],
        &[
            "root.name: reached printed",
            "root.children.all: reached iterated",
            "root.children.all[]: reached (escaped)",
        ],
    );
    check_all(
        &[
            ("main.html", "{{ n.name }}{% for n in n.kids %}{% include 'other.html' %}{% endfor %}"),
            ("other.html", "{% include 'main.html' %}"),
        ],
        &["n.name: reached printed", "n.kids: reached iterated", "n.kids[]: reached (escaped)"],
    );
}

#[test]
fn blocks_of_the_child_replace_those_of_the_parent() {
    check_all(
        &[
            ("main.html", "{% extends 'base.html' %}{{ never }}{% block a %}{{ mine.x }}{% endblock %}"),
            ("base.html", "{% block a %}{{ theirs }}{% endblock %}{% block b %}{{ kept }}{% endblock %}"),
        ],
        &["mine.x: reached printed", "kept: reached printed"],
    );
}

#[test]
fn block_super_runs_the_block_that_is_replaced() {
    check_all(
        &[
            ("main.html", "{% extends 'mid.html' %}{% block a %}{{ one }}{{ block.super }}{% endblock %}"),
            ("mid.html", "{% extends 'base.html' %}{% block a %}{% if c %}{{ block.super }}{% endif %}{% endblock %}"),
            ("base.html", "{% for x in xs %}{% block a %}{{ x.y }}{% endblock %}{% endfor %}"),
        ],
        &["xs: reached iterated", "xs[].y: (reached) (printed)", "one: (reached) (printed)", "c: (reached) (truth)"],
    );
    check("{% block a %}{{ block.name }}{% endblock %}{{ block.x }}", &["block.x: reached printed"]);
}

#[test]
fn nested_blocks_are_replaced_one_by_one() {
    check_all(
        &[
            ("main.html", "{% extends 'base.html' %}{% block inner %}{{ mine }}{% endblock %}"),
            ("base.html", "{% block outer %}{{ around }}{% block inner %}{{ theirs }}{% endblock %}{% endblock %}"),
        ],
        &["around: reached printed", "mine: reached printed"],
    );
}

#[test]
fn with_an_unknown_parent_blocks_may_run() {
    check(
        "{% extends layout %}{% block a %}{{ x.y }}{% endblock %}",
        &["layout: reached escaped", "x: (reached) (escaped)", "x.y: reached printed"],
    );
}

#[test]
fn partials_are_used_where_they_stand() {
    check(
        "{% partialdef p %}{{ x.a }}{% endpartialdef %}{% with x=y %}{% partial p %}{% endwith %}",
        &["y.a: reached printed"],
    );
    check_all(
        &[
            ("main.html", "{% include 'parts.html#p' %}"),
            ("parts.html", "{{ no }}{% partialdef p %}{{ yes }}{% endpartialdef %}"),
        ],
        &["yes: reached printed"],
    );
}

#[test]
fn each_loop_knows_the_needs_of_its_own_elements() {
    let composition = support::composition(&[
        (
            "main.html",
            "{% for x in xs %}{{ x.a }}{% include 'row.html' %}{% endfor %}{% for x in xs %}{{ x.b }}{% endfor %}",
        ),
        ("row.html", "{% for t in x.tags %}{{ t.name }}{% endfor %}"),
    ]);
    let mut loops: Vec<_> = composition.loops.iter().collect();
    loops.sort_by_key(|(place, _)| **place);
    let paths: Vec<_> =
        loops.iter().map(|(place, usage)| (place.0, usage.paths(&composition.names).join(" "))).collect();
    assert_eq!(paths, [(0, "a tags.name".to_owned()), (0, "b".to_owned()), (1, "name".to_owned())]);
}

#[test]
fn paths_for_people_are_dotted() {
    let composition = support::composition(&[(
        "main.html",
        "{% for l in leases %}{{ l.property.name }}{{ l.tenant.user.email }}{% for t in l.tags.all %}{{ t.name }}{% endfor %}{% endfor %}",
    )]);
    let expected = ["property.name", "tags.all.name", "tenant.user.email"].map(str::to_owned).to_vec();
    assert_eq!(composition.paths(), [("leases", expected)]);
}

#[test]
fn merging_keeps_a_certainty_only_under_a_certain_parent() {
    let found = support::composition(&[("main.html", "{{ a.b }}{{ c }}{% if c.x %}{{ c.b.d }}{% endif %}")]);
    let [(_, a), (_, c)] = &found.variables[..] else { panic!("{:?}", found.variables) };
    let at = |usage: &Usage, name: &str| usage.field(found.names.get(name).unwrap()).unwrap().clone();
    assert!(!at(c, "b").is_certain() && at(&at(c, "b"), "d").is_certain());
    let mut merged = a.clone();
    merged.merge(c);
    assert!(at(&merged, "b").is_certain() && !at(&at(&merged, "b"), "d").is_certain());
    let mut same = c.clone();
    same.merge(c);
    assert_eq!(same, *c);
}

#[test]
fn hostile_templates_end_the_walk_early() {
    let mut sources = vec![("t0".to_owned(), "{% block a %}{{ x.y }}{% endblock %}".to_owned())];
    for i in 1..40 {
        let twice = "{{ block.super }}{{ block.super }}";
        sources.insert(
            0,
            (format!("t{i}"), format!("{{% extends 't{}' %}}{{% block a %}}{twice}{{% endblock %}}", i - 1)),
        );
    }
    let sources: Vec<(&str, &str)> = sources.iter().map(|(name, source)| (&**name, &**source)).collect();
    assert!(support::composition(&sources).truncated);
    let long = format!("{{{{ a{} }}}}", ".b".repeat(5000));
    assert!(!support::composition(&[("main.html", &long)]).variables.is_empty());
}
