"""Every URL × who asks. A URL without a row in tests/access_table.py fails, and so does a row without a URL."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access_table import PEOPLE, TABLE
from tests.access_world import PLACEHOLDER, World
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN, ADMIN = "/accounts/login/", "/admin/login/"
CAPTURE = re.compile(r"<[^>]+>")


def rows() -> list[tuple[str, str, dict[str, str]]]:
    """(method, path, answer by person)"""
    table = []
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            method, path, *answers = line.split()
            table.append((method, path, dict(zip(PEOPLE, answers, strict=True))))
    return table


def patterns(resolver, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Every path that the resolver knows, captures as ``{}``; the admin's are another test's."""
    for pattern in resolver.url_patterns:
        path = before + CAPTURE.sub("{}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from patterns(pattern, path)
        else:
            yield path, pattern


def admin_paths() -> list[str]:
    [admin] = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", None) == "admin"]
    plain = (path for path, _ in patterns(admin, "/admin/"))
    return sorted({re.sub(r"\(\?P[^)]*\).*", "x", path).replace("{}", "1") for path in plain})


def shown(response) -> str:
    if response.streaming:
        list(response)  # read to the end, so that what it reads from is closed
    if response.status_code != 302:
        return str(response.status_code)
    return "login" if response.url.startswith(LOGIN) else "in"


def test_every_url_has_a_row_and_every_row_a_url():
    known = {path for path, _ in patterns(get_resolver())} - {"/styleguide/"}  # only with DEBUG
    listed = {PLACEHOLDER.sub("{}", path) for _, path, _ in rows()}
    assert sorted(known - listed) == [], "add rows to tests/access_table.py"
    assert sorted(listed - known) == [], "these rows of tests/access_table.py lead nowhere"


@pytest.mark.parametrize(("method", "path", "answers"), [pytest.param(*row, id=f"{row[0]} {row[1]}") for row in rows()])
def test_everybody_gets_what_the_table_says(method, path, answers):
    """From the least trusted to the most, so that what an owner changes has not changed before others asked."""
    world = World()
    got = {}
    for person in reversed(PEOPLE):
        got[person] = shown(world.client(person).generic(method, world.path(path)))
    assert got == answers


def test_the_staff_pages_are_for_staff():
    """Every one of them sends others to the staff login, which sends strangers to log in and refuses customers."""
    paths = set(admin_paths()) - {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}
    for client in (World().client("owner"), Client()):
        answers = {path: client.get(path) for path in paths}
        opened = {path for path, answer in answers.items() if not answer.headers.get("Location", "").startswith(ADMIN)}
        assert opened == set()
    world = World()
    got = {person: shown(world.client(person).get(ADMIN)) for person in PEOPLE}
    refused = dict.fromkeys(("owner", "sender", "viewer", "stranger"), "403")
    assert got == refused | {"staff": "in", "anonymous": "login"}


def test_staff_without_rights_see_only_their_own_pages():
    client = Client()
    client.force_login(make_user(is_staff=True))
    paths = set(admin_paths()) - {"/admin/login/", "/admin/logout/", "/admin/autocomplete/"}
    opened = {path for path in paths if client.get(path).status_code == 200}
    assert opened == {"/admin/", "/admin/jsi18n/", "/admin/password_change/done/"}


def test_pages_of_the_panel_pass_through_the_gate():
    """A view that reads request.account without the gate would answer strangers: those without it are listed here."""
    ungated = {
        path
        for path, pattern in patterns(get_resolver())
        if not hasattr(pattern.callback, "panel_right") and not path.startswith(("/api/", "/v1/", "/webservice/"))
    }
    personal = {path for path in ungated if path.startswith("/accounts/")}
    by_method = {
        "/inbox/",
        "/samples/",
        "/templates/",
        "/scheduled/",
        "/scheduled/messages/",
        "/trash/",
    }  # two gated views: one looks, one changes
    from_the_bank = {"/billing/payments/{}/", "/billing/payments/{}/back/", "/mockbank/{}/"}  # by a secret address
    known = personal | by_method | from_the_bank | {"/styleguide/"}
    assert ungated - known == {"/language/", "/theme/", "/healthz", "/readyz", "/metrics"}
