"""What deploy/ holds, by Prometheus's own tool: syntax, alerts, and metrics that there are."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from djust_backend.cache import events
from tests import services

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
METRIC = re.compile(r"\bdjust_[a-z_]+")


def promtool(*arguments: str | Path, given: str | None = None) -> str:
    """What promtool prints; it fails for whatever Prometheus would not take."""
    command = [services.promtool(), *map(str, arguments)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def scraped() -> Iterator[str]:
    """What Prometheus gets from a site."""
    config = {"JIT_METRICS": True, "JIT_CACHE_BACKEND": "memory"}
    with override_settings(DJUST_CONFIG=config, ROOT_URLCONF="djust_backend.urls", MIDDLEWARE=[]):
        text = Client().get("/metrics").text
    yield text
    events.observers.clear()


def expressions() -> list[str]:
    """All PromQL of the dashboard, with a value for Grafana's own variable."""
    return [
        target["expr"].replace("$__rate_interval", "5m")
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
    ]


def test_the_configuration_and_its_rules_are_valid() -> None:
    assert "4 rules found" in promtool("check", "rules", DEPLOY / "alerts.yml")
    promtool("check", "config", DEPLOY / "prometheus.yml")


def test_each_alert_fires_where_it_should_and_nowhere_else() -> None:
    promtool("test", "rules", DEPLOY / "alerts.test.yml")
    rules = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    tests = (DEPLOY / "alerts.test.yml").read_text(encoding="utf-8")
    alerts = re.findall(r"- alert: (\w+)", rules)
    assert set(alerts) == set(re.findall(r"alertname: (\w+)", tests))


def test_the_dashboard_asks_in_valid_promql(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression}
        for number, expression in enumerate(expressions())
    ]
    file = tmp_path / "rules.yml"
    # JSON is YAML.
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)


def test_panels_have_places_of_their_own() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


def test_every_metric_that_is_asked_for_is_one_that_we_have(scraped: str) -> None:
    have = set()
    for family in text_string_to_metric_families(scraped):
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        have |= {family.name + ending for ending in endings.get(family.type, [""])}
    asked = METRIC.findall("\n".join(expressions()))
    for name in ("alerts.yml", "alerts.test.yml"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        asked += re.findall(r"(?<!\w)(djust_[a-z_]+)", text)
    assert set(asked) - have == set()
    # Each metric has its place on the dashboard.
    families = {family.name for family in text_string_to_metric_families(scraped)}
    # When each counter began is prometheus-client's own addition.
    ours = {name for name in families if re.match(r"djust_(?!.*_created$)", name)}
    assert {name for name in ours if not any(name in wanted for wanted in asked)} == set()


def test_prometheus_finds_nothing_wrong_with_the_names(scraped: str) -> None:
    ours = [line for line in scraped.splitlines() if "djust_" in line and "_created" not in line]
    promtool("check", "metrics", given="\n".join(ours) + "\n")
