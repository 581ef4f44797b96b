"""The theme is kept in a cookie and painted by the server."""

import pytest

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.mark.parametrize(("theme", "painted"), [("light", "light"), ("dark", "dark"), ("auto", "light")])
def test_chosen_theme_is_painted(client, theme, painted):
    answer = client.post("/theme/", {"theme": theme, "next": LOGIN})
    assert (answer.status_code, answer.url) == (302, LOGIN)
    assert f'data-theme="{theme}" data-bs-theme="{painted}"' in client.get(LOGIN).content.decode()


def test_script_gets_no_page(client):
    answer = client.post("/theme/", {"theme": "dark"}, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.cookies["theme"].value == "dark"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_never_leads_to_another_site(client, target):
    assert client.post("/theme/", {"theme": "dark", "next": target}).url == "/"


def test_unknown_theme_is_refused_and_an_unknown_cookie_ignored(client):
    assert client.post("/theme/", {"theme": "pink"}).status_code == 400
    assert "theme" not in client.cookies
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get(LOGIN).content.decode()


def test_only_by_post(client):
    assert client.get("/theme/").status_code == 405
