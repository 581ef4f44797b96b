"""Every URL × who asks. A URL without a row in tests/access_table.py fails, and so does a row without a URL."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import access
from tests.access_table import PEOPLE, TABLE
from tests.access_world import World
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
CAPTURE = re.compile(r"<[^>]+>")
PLACEHOLDER = re.compile(r"\{\w+\}")


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
        b"".join(response.streaming_content)  # to its end, which closes the file behind it
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


@pytest.mark.parametrize("path", admin_paths())
def test_the_staff_pages_are_for_staff(path):
    world = World()
    for person in ("owner", "sender", "viewer", "stranger"):
        response = world.client(person).get(path, follow=True)
        if path == "/admin/logout/":
            continue  # POST only
        assert response.status_code == 403, person
    anonymous = Client().get(path, follow=True)
    if path not in {"/admin/logout/", "/admin/jsi18n/"}:
        assert anonymous.redirect_chain[-1][0].startswith(LOGIN)


@pytest.mark.parametrize("path", [path for path in admin_paths() if not path.endswith(("/login/", "/logout/"))])
def test_staff_without_rights_change_nothing(path):
    client = Client()
    client.force_login(make_user(is_staff=True))
    seen = {"/admin/", "/admin/jsi18n/", "/admin/password_change/", "/admin/password_change/done/"}
    response = client.get(path)
    if path in seen:
        assert response.status_code == 200
    else:
        assert response.status_code in {302, 403, 404}
        assert response.status_code != 302 or response.url.startswith("/admin/")


def test_pages_of_the_panel_pass_through_the_gate():
    """A view that reads request.account without the gate would answer strangers: those without it are listed here."""
    ungated = {
        path
        for path, pattern in patterns(get_resolver())
        if not hasattr(pattern.callback, "panel_right") and not path.startswith("/api/")
    }
    personal = {path for path in ungated if path.startswith("/accounts/")}
    assert ungated - personal - {"/styleguide/"} == {"/language/", "/theme/", "/healthz", "/readyz"}
    assert access.panel_page  # the gate that sets panel_right
