"""Error pages in both languages."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.smsplatform.urls")]

PAGES = [
    ("/suspicious/", 400, "درخواست قابل فهم نبود", "The request was not understood"),
    ("/forbidden/", 403, "اجازه دیدن این صفحه را ندارید", "You may not see this page"),
    ("/no-such-page/", 404, "چنین صفحه‌ای نیست", "There is no such page"),
]


@pytest.mark.parametrize(("address", "status", "persian", "english"), PAGES)
def test_error_page_in_the_language_of_the_reader(client, address, status, persian, english):
    for language, direction, heading in (("fa", "rtl", persian), ("en", "ltr", english)):
        client.cookies["django_language"] = language
        page = client.get(address)
        text = page.content.decode()
        assert page.status_code == status
        assert f'<html lang="{language}" dir="{direction}"' in text
        assert f">{heading}</h1>" in text


def test_fault_page_speaks_both_languages_and_needs_nothing():
    page = Client(raise_request_exception=False).get("/broken/")
    text = page.content.decode()
    assert page.status_code == 500
    assert "مشکلی از سمت ما پیش آمد" in text
    assert "Something went wrong on our side" in text
    assert "/static/" not in text


def test_stale_form_is_explained():
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/theme/", {"theme": "dark"})
    assert page.status_code == 403
    assert "این فرم قدیمی شده است" in page.content.decode()
