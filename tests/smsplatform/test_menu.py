"""The side menu: only pages that exist and the member may open, the current one marked."""

import pytest
from django.test import RequestFactory
from django.urls import path

from accounts.models import Membership
from smsplatform import menu as registry
from smsplatform.menu import Entry, menu

SEND, OWNER, EVERY = (
    Entry("send", "send-2", "t_send", "g", right="can_send"),
    Entry("keys", "key", "t_keys", "h", right="can_manage"),
    Entry("box", "inbox", "t_box", "g", count="unread", also="/letters/ /cards/"),
)
urlpatterns = [
    path("", lambda request: None, name="t_home"),
    path("send/", lambda request: None, name="t_send"),
    path("keys/", lambda request: None, name="t_keys"),
    path("box/", lambda request: None, name="t_box"),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def entries(monkeypatch):
    missing = Entry("missing", "x", "no-such-page")
    monkeypatch.setattr(registry, "ENTRIES", [Entry("home", "home", "t_home"), SEND, EVERY, OWNER, missing])


def shown(role, address="/", **counts):
    groups = menu(RequestFactory().get(address), Membership(role=role), counts)
    return [(entry["label"], entry["is_current"]) for group in groups for entry in group["entries"]]


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Membership.Role.OWNER, ["home", "send", "box", "keys"]),
        (Membership.Role.SENDER, ["home", "send", "box"]),
        (Membership.Role.VIEWER, ["home", "box"]),
    ],
)
def test_member_sees_what_the_role_allows(role, labels):
    assert [label for label, _current in shown(role)] == labels


def test_stranger_sees_nothing():
    assert menu(RequestFactory().get("/"), None, {}) == []


@pytest.mark.parametrize(
    ("address", "current"),
    [("/", "home"), ("/send/", "send"), ("/send/12/review/", "send"), ("/cards/3/", "box"), ("/elsewhere/", None)],
)
def test_current_page_is_marked_once(address, current):
    marked = [label for label, is_current in shown(Membership.Role.OWNER, address) if is_current]
    assert marked == ([current] if current else [])


def test_groups_and_counts():
    groups = menu(RequestFactory().get("/"), Membership(role=Membership.Role.OWNER), {"unread": 7})
    assert [group["label"] for group in groups] == ["", "g", "h"]
    assert [entry["count"] for entry in groups[1]["entries"]] == [0, 7]


def test_a_folded_group_opens_where_one_of_its_pages_is(monkeypatch):
    monkeypatch.setattr(registry, "FOLDED", {"g"})
    for address, is_open in (("/", [True, False, True]), ("/box/3/", [True, True, True])):
        groups = menu(RequestFactory().get(address), Membership(role=Membership.Role.OWNER), {})
        assert [group["is_open"] for group in groups] == is_open
