"""A queue of the provider's people in a browser: from the desk to the decision beside the papers, and its refusal."""

import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from numbers.models import LineRequest
from numbers.ordering import Paper, request_service
from tests.factories import make_account, make_line, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def picture(wide: int = 420, high: int = 594) -> bytes:
    """A PNG of a page with lines on it."""
    rows = b"".join(
        b"\0" + bytes(90 if 40 < x < wide - 40 and y % 22 == 0 and 60 < y < high - 90 else 250 for x in range(wide))
        for y in range(high)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.fixture
def asked(stage):
    account = make_account(name="شرکت پخش آفتاب")
    owner = make_user(account=account)
    papers = [Paper("letter", SimpleUploadedFile("نامه.png", picture()))]
    request = request_service(
        account=account, line=make_line(account), papers=papers, shipping="post", tracking_code="12345", by=owner,
        now=timezone.now(),
    )  # fmt: skip
    return owner, request


@pytest.mark.parametrize("width", [1400, 390])
def test_a_request_from_the_desk_to_the_customers_invoice(visit, asked, width):
    owner, request = asked
    desk = visit(make_user(is_staff=True, is_superuser=True), width=width)
    desk.goto("/staff/")
    desk.locator("#queues a[href$='kind=service']").click()
    desk.locator(f"a[href='/staff/requests/{request.pk}/']").click()
    expect(desk.locator(".paper-shown img")).to_have_js_property("naturalWidth", 420)

    desk.guard.expected.add(422)
    desk.locator("#refuse button").click()
    expect(desk.locator("#id_reason_error")).to_be_visible()
    assert LineRequest.objects.get(pk=request.pk).state == "submitted"

    desk.locator("#id_price").fill("۲٬۵۰۰٬۰۰۰")
    desk.locator("#approve button").click()
    expect(desk.locator(".toasts")).to_contain_text("تصمیم ثبت")
    request.refresh_from_db()
    assert (request.state, request.price) == ("approved", 2_500_000)

    customer = visit(owner, width=width)
    customer.goto(f"/numbers/requests/{request.pk}/")
    expect(customer.locator(f"a[href='/billing/proformas/{request.proforma_id}/']").first).to_be_visible()
