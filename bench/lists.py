"""Every page of the panel over a million rows of everything: server time and the number of queries (issue 4).

Whole pages through Django's test client in this process: middleware, queries, template. A page counts as measured where
it answers 200 with HTML to the owner, or to staff.
"""

import re
import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from bench.filling import fill_everything
from bench.table import Row

MOST_MS = 200
FILTERED = [
    "phonebook/?q=سارا", "phonebook/?q=سارا احمدی", "phonebook/?q=0912345", "phonebook/?order=name",
    "phonebook/?order=last_name", "phonebook/?order=number", "phonebook/?group={group}",
    "phonebook/?group={group}&q=سارا", "phonebook/?group={group}&order=name", "phonebook/?order=name&after={contact}",
    "phonebook/trash/?q=سارا", "sent/?q=0910000", "sent/?status=60", "inbox/?q=تخفیف", "inbox/?unread=on",
    "billing/?kind=refund", "web-service/requests/?status=201", "campaigns/?state=scheduled", "support/?q=درخواست",
]  # fmt: skip
OF_ONE = [
    "campaigns/{campaign}/", "sent/{sent}/", "inbox/{received}/", "phonebook/groups/{group}/", "phonebook/{contact}/",
    "auto-replies/polls/{poll}/", "support/{ticket}/", "web-service/webhooks/{webhook}/", "auto-replies/{rule}/",
]  # fmt: skip


def measure(stage, options) -> list[Row]:
    """Prints the table of pages and names those slower than `MOST_MS`; no row of its own for the table of results."""
    clients, shown = _world(stage, options.rows)
    rows = []
    for path in [*plain_pages(), *FILTERED, *OF_ONE]:
        path = "/" + path.lstrip("/").format(**shown)
        for person, client in clients.items():
            first = client.get(path)
            if first.status_code == 200 and first.headers.get("Content-Type", "").startswith("text/html"):
                rows.append((path, person, *_timed(client, path, options.runs)))
                break
    print("\n| page | seen by | ms | worst | queries |\n|---|---|---|---|---|")
    for path, person, median, worst, queries in sorted(rows, key=lambda row: -row[2]):
        print(f"| `{path}` | {person} | {median:.0f} | {worst:.0f} | {queries} |")
    slow = [row[0] for row in rows if row[2] > MOST_MS]
    print(f"\n{len(rows)} pages over {options.rows:,} rows; slower than {MOST_MS} ms: {slow or 'none'}", flush=True)
    return []


def _world(stage, rows: int) -> tuple[dict[str, Client], dict[str, int]]:
    from accounts.models import Membership, User
    from messaging.models import Gateway

    settings.ALLOWED_HOSTS.append("testserver")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    owner, made = User.objects.get_or_create(username="owner", defaults={"full_name": "bench"})
    staff, _made = User.objects.get_or_create(username="staff", defaults={"is_staff": True, "is_superuser": True})
    if made:
        Membership.objects.create(account=stage.account, user=owner, role=Membership.Role.OWNER)
    gateway, _made = Gateway.objects.get_or_create(
        name="lists", defaults={"host": "127.0.0.1", "port": 1, "is_enabled": False}
    )
    began = time.perf_counter()
    shown = stage.kept(f"lists {rows}", lambda: fill_everything(stage.account, owner, stage.line, gateway, rows=rows))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")  # as autovacuum would have by then
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    clients = {"owner": Client(), "staff": Client()}
    clients["owner"].force_login(owner)
    clients["staff"].force_login(staff)
    return clients, shown


def _timed(client: Client, path: str, runs: int) -> tuple[float, float, int]:
    """(median ms, worst ms, queries)"""
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
        queries = len(captured)  # each request forgets those of the one before
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), max(taken), queries


def plain_pages() -> list[str]:
    """The addresses that name no row, files apart; the admin's and the web service's are not the panel."""
    return [path for path in _paths(get_resolver(), "/") if not re.search(r"<|/api/|^/v1/|\.[a-z]+$|logout", path)]


def _paths(resolver: URLResolver, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        elif pattern.namespace != "admin":
            yield from _paths(pattern, path)
