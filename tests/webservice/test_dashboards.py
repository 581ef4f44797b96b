"""The dashboard and the alert rules speak of metrics that are really exported (issue 3, 6)."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from credit.tasks import check_ledger
from messaging.tasks import sweep

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[2] / "docs" / "grafana"
NAME = re.compile(r"\bsms_[a-z_]+")


@pytest.fixture
def exported(gateway, settings) -> set[str]:
    """Names of samples as Prometheus gets them; of what was not counted yet, by the family's kind."""
    settings.METRICS_SECONDS = 0
    check_ledger()
    sweep.apply()
    names = set()
    for family in text_string_to_metric_families(Client().get("/metrics").content.decode()):
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        names |= {family.name + ending for ending in endings if family.name.startswith("sms_")}
    return names


def panels() -> list[dict]:
    return json.loads((FOLDER / "dashboard.json").read_text())["panels"]


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]


def test_every_panel_shows_metrics_that_are_exported(exported):
    spoken = {
        name for panel in panels() for target in panel.get("targets", ()) for name in NAME.findall(target["expr"])
    }
    assert spoken - exported == set()
    titles = [panel["title"] for panel in panels() if panel["type"] == "row"]
    assert titles == ["Money", "Queues", "Binds", "Web", "Webhooks"]


def test_every_metric_is_on_the_dashboard(exported):
    text = (FOLDER / "dashboard.json").read_text()
    ours = {re.sub(r"_(sum|count|bucket)$", "", name) for name in exported}
    assert {name for name in ours if name not in text} == set()


def test_panels_have_places_and_ids_of_their_own():
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    places = [panel["gridPos"] for panel in panels()]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


def test_every_alert_speaks_of_metrics_that_are_exported(exported):
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        assert NAME.findall(rule["expr"]), rule["alert"]
        assert set(NAME.findall(rule["expr"])) - exported == set(), rule["alert"]


def test_alerts_cover_what_must_wake_somebody():
    wanted = "BindDown GatewayOut OtpLate ReceiptsLate LedgerWrong LedgerUnchecked WebhooksLate DiskFull"
    assert {f"Sms{name}" for name in wanted.split()} <= {rule["alert"] for rule in rules()}
