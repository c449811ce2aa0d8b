//! How long the analysis takes: `cargo test -p djust-syntax --release --test speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it prints what it measures")]

mod support;

use djust_syntax::usage::compose;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

/// A listing page of about `size` bytes.
fn page(size: usize) -> String {
    let mut source = String::from("<h1>{{ title }}</h1>{% for lease in leases %}");
    let mut i = 0;
    while source.len() < size {
        i += 1;
        write!(source, "<td class=\"c{i}\">{{{{ lease.property.name{i}|upper }}}}</td>{{% if lease.tenant %}}")
            .unwrap();
        write!(source, "<a href=\"{{% url 'tenant' lease.tenant.pk %}}\">{{{{ lease.tenant.user.email }}}}</a>")
            .unwrap();
        write!(source, "{{% else %}}–{{% endif %}}{{% with o=lease.owner %}}{{{{ o.name|default:lease.note }}}}")
            .unwrap();
        writeln!(source, "{{% endwith %}}{{% for tag in lease.tags.all %}}<b>{{{{ tag.name }}}}</b>{{% endfor %}}")
            .unwrap();
    }
    source.push_str("{% endfor %}");
    source
}

#[test]
#[ignore = "a measurement"]
fn time_of_the_analysis() {
    for size in [1_000, 5_000, 50_000] {
        let source = page(size);
        let mut best = [f64::MAX; 2];
        for _ in 0..300 {
            let start = Instant::now();
            let template = support::parse(&source, None).unwrap();
            best[0] = best[0].min(start.elapsed().as_secs_f64() * 1e6);
            let start = Instant::now();
            black_box(compose(template, None, &mut support::Templates::default()));
            best[1] = best[1].min(start.elapsed().as_secs_f64() * 1e6);
        }
        println!("{:>6} bytes: parse {:.1} µs, usage {:.1} µs", source.len(), best[0], best[1]);
    }
}
