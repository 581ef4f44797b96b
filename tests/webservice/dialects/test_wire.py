"""What stands between clients and Django: the shim of WSGI, readings of parameters, and keys kept out of logs."""

import io
import logging

import pytest
from django.conf import settings as configured
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from webservice.dialects import shim, wire
from webservice.logs import MaskKeys, mask_keys


def called(environ: dict) -> dict:
    """What the application behind the shim gets, its body read."""
    seen = {}

    def application(environ: dict, start_response) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        return []

    shim.absorb(application)({"wsgi.input": io.BytesIO(b"3\r\nabc"), "wsgi.input_terminated": True} | environ, None)
    return seen


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://api.example/v1/K/sms/send.json", "/v1/K/sms/send.json"),
        ("HTTPS://api.example:443/v1/K", "/v1/K"),
        ("http://api.example", "/"),
        ("/v1/K/http://x", "/v1/K/http://x"),
        ("", ""),
    ],
)
def test_an_absolute_target_becomes_a_path(target, path):
    assert called({"PATH_INFO": target})["PATH_INFO"] == path


def test_a_chunked_body_gets_its_length():
    seen = called({"PATH_INFO": "/api/SendSMS/SendSMS", "HTTP_TRANSFER_ENCODING": "chunked"})
    assert (seen["CONTENT_LENGTH"], seen["body"]) == ("6", b"3\r\nabc")
    assert "HTTP_TRANSFER_ENCODING" not in seen


@pytest.mark.parametrize(
    "environ",
    [
        {"PATH_INFO": "/api/v1/messages", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"PATH_INFO": "/v1/K/sms/send.json", "CONTENT_LENGTH": "6", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"PATH_INFO": "/v1/K/sms/send.json", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": False},
        {"PATH_INFO": "/v1/K/sms/send.json"},
    ],
)
def test_other_bodies_are_left_alone(environ):
    seen = called(environ)
    assert seen.get("CONTENT_LENGTH") == environ.get("CONTENT_LENGTH")
    assert seen.get("HTTP_TRANSFER_ENCODING") == environ.get("HTTP_TRANSFER_ENCODING")


def test_a_chunked_body_without_end_is_cut_where_django_refuses_it():
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=4):
        seen = called({"PATH_INFO": "/v1/K/x.json", "HTTP_TRANSFER_ENCODING": "Chunked"})
    assert (seen["CONTENT_LENGTH"], len(seen["body"])) == ("5", 5)


def test_the_served_application_has_the_shim():
    from smsplatform.wsgi import application

    assert application.__qualname__.startswith("absorb")


def read(body: str | bytes, content_type: str = "application/x-www-form-urlencoded", query: str = "", query_too=True):
    request = RequestFactory().generic("POST", f"/?{query}", body, content_type)
    return wire.read(request, query=query_too)


def test_a_body_goes_before_the_query():
    parameters = read("A=1", query="a=2&b=3")
    assert (parameters.text("a"), parameters.text("b")) == ("1", "3")
    assert read("a=1", query="b=3", query_too=False).text("b") == ""


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=40))
def test_utf16_escapes_are_read_back(text):
    units = text.encode("utf-16-be").hex()
    escaped = "".join(f"%u{units[place : place + 4]}" for place in range(0, len(units), 4))
    wanted = "" if text in {"", "null"} else text
    assert read(f"a={escaped}").text("a") == wanted


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reading(body):
    for kind in (
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
    ):
        try:
            parameters = read(body, kind)
        except wire.Unreadable:
            continue
        parameters.items("a")
        parameters.texts("a")
        parameters.word("a")


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("a=1,2", ["1", "2"]),
        ("a=1&a=2", ["1", "2"]),
        ("a=[1, 2]", ["1", "2"]),
        ('a=["1","2"]', ["1", "2"]),
        ("a=%5B%221%22%2C%222%22%5D", ["1", "2"]),
        ("a=1,,2,&a=", ["1", "2"]),
        ("a=null", []),
        ("a=[null,1]", ["1"]),
        ("a=[1", ["[1"]),
        ("a=" + "[" * 5000, ["[" * 5000]),
    ],
)
def test_lists(body, items):
    assert read(body).items("a") == items


def test_raw_json_in_a_form_keeps_its_ampersands_plusses_and_percents():
    parameters = read('a=["x&b=1","1+1 100%"]&b=2&')
    assert parameters.texts("a") == ["x&b=1", "1+1 100%"]
    assert parameters.text("b") == "2"


def test_json_that_never_closes_is_text():
    parameters = read('a=["x&b=2')
    assert (parameters.texts("a"), parameters.text("b")) == (['["x'], "2")


def test_too_many_values_are_refused():
    with pytest.raises(wire.Unreadable):
        read("&" * 20_001)


def test_too_many_fields_of_a_multipart_body_are_refused(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    body = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n1\r\n' for name in "ab") + "--x--\r\n"
    with pytest.raises(wire.Unreadable):
        read(body, "multipart/form-data; boundary=x")


@pytest.mark.parametrize(("value", "found"), [("1", True), (0, False), ("TRUE", True), ("", None), ("x", None)])
def test_truth(value, found):
    assert wire.truth(value, None) is found


@pytest.mark.parametrize(
    ("text", "found"), [("12", 12), ("۱۲", 12), (" 7 ", 7), ("-1", None), ("1.0", None), ("9" * 19, None)]
)
def test_numbers(text, found):
    assert wire.number(text) == found


def test_keys_stay_out_of_the_logs():
    assert mask_keys("Forbidden: /v1/4A6B/sms/send.json") == "Forbidden: /v1/***/sms/send.json"
    assert mask_keys("Not Found: /api/v1/messages/7") == "Not Found: /api/v1/messages/7"
    assert mask_keys("password=live_" + "a" * 43) == "password=live_***"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", ("/v1/K/x.json",), None)
    record.exc_text = "at /v1/K/x.json"
    assert MaskKeys().filter(record)
    assert (record.getMessage(), record.exc_text) == ("/v1/***/x.json", "at /v1/***/x.json")
    assert configured.LOGGING["handlers"]["stderr"]["filters"] == ["mask", "mask_keys"]
