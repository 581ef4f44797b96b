"""Persian unless somebody chose otherwise."""

import pytest

from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def language_of(response) -> str:
    opening = response.content.decode().partition("<html ")[2].partition(">")[0]
    assert response["Content-Language"] in opening
    return response["Content-Language"]


@pytest.mark.parametrize("accepted", ["en-US,en;q=0.9", "de", ""])
def test_persian_whatever_the_browser_accepts(client, accepted):
    response = client.get(LOGIN, headers={"Accept-Language": accepted})
    assert language_of(response) == "fa"
    assert 'dir="rtl"' in response.content.decode()


def test_a_choice_is_kept_in_the_browser(client):
    response = client.post("/language/", {"language": "en", "next": LOGIN})
    assert (response.status_code, response.url) == (302, LOGIN)
    page = client.get(LOGIN)
    assert language_of(page) == "en"
    assert 'dir="ltr"' in page.content.decode()


def test_a_choice_is_kept_in_the_profile_and_holds_in_another_browser(client, user_client):
    user, browser = user_client
    browser.post("/language/", {"language": "en"})
    user.refresh_from_db()
    assert user.language == "en"
    client.force_login(user)
    assert language_of(client.get("/accounts/account/")) == "en"


def test_the_browsers_choice_comes_before_the_profile(user_client):
    user, browser = user_client
    browser.cookies["django_language"] = "en"
    assert language_of(browser.get("/accounts/account/")) == "en"
    user.refresh_from_db()
    assert user.language == "fa"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_choice_leads_only_to_our_own_pages(client, wanted):
    assert client.post("/language/", {"language": "en", "next": wanted}).url == "/"


@pytest.mark.parametrize("language", ["", "de", "fa-ir", "../en"])
def test_a_language_we_do_not_speak_is_refused(client, language):
    response = client.post("/language/", {"language": language})
    assert response.status_code == 400
    assert "django_language" not in response.cookies


def test_a_forged_cookie_is_ignored(client):
    client.cookies["django_language"] = "xx"
    assert language_of(client.get(LOGIN)) == "fa"


def test_the_choice_needs_a_post(client):
    assert client.get("/language/").status_code == 405


@pytest.fixture
def user_client(db):
    from django.test import Client

    user, browser = make_user(account=make_account()), Client()
    browser.force_login(user)
    return user, browser
