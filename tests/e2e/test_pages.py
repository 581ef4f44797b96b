"""Every page, as everybody may use it: axe finds nothing against WCAG 2 A and AA, nothing hangs over the edge of the
screen, and it is light. The pages come from the access table, so a new one is looked at from its first day."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect

from accounts.models import Account
from messaging.models import Campaign
from messaging.services import pause
from tests.access_table import TABLE
from tests.access_world import World
from tests.factories import make_confirmed, make_user
from webservice.demo import make

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

LOOKS = [("fa", "light", 1400), ("en", "dark", 390)]
MORE_LOOKS = [("fa", "dark", 390), ("en", "light", 1400)]
MAIN = {"/", "/send/", "/campaigns/{campaign}/", "/campaigns/{unpaid}/review/", "/sent/", "/accounts/login/"}
MOST_BYTES = 250_000  # gzipped, fonts apart

# Answers to GET that are no pages.
NO_PAGES = {
    "/search/",  # the list in the dialog of every page
    "/send/people/",  # a fragment of the compose page
    "/bulk/cities/{province}/",  # fragments of the forms over the number bank
    "/bulk/audiences/{audience}/count/",
    "/send/p2p/sample.xlsx",
    "/sent/sent.xlsx",
    "/reports/{report}/report.{form}",
    "/reports/exports/{export}/file/",
    "/phonebook/contacts.csv",
    "/phonebook/contacts.xlsx",
    "/phonebook/import/{import}/rejects.csv",
    "/phonebook/opt-outs/opt-outs.csv",
    "/inbox/inbox.xlsx",
    "/accounts/activity/activity.xlsx",
    "/support/tickets.xlsx",
    "/support/files/{ticket_file}/",
    "/staff/support/files/{ticket_file}/",
    "/staff/support/{ticket}/watchers/",  # a fragment of the desk's page
    "/staff/accounts/accounts.xlsx",
    "/staff/activations/activations.xlsx",
    "/staff/requests/requests.xlsx",
    "/staff/requests/papers/{paper}/",
    "/staff/slips/slips.xlsx",
    "/staff/slips/{slip}/picture/",
    "/staff/templates/templates.xlsx",
    "/staff/tariffs/revisions/{draft}/traffic/",  # a fragment of the preview
    "/scheduled/scheduled.xlsx",
    "/scheduled/messages.xlsx",
    "/campaigns/{unpaid}/rejects.csv",
    "/billing/download/",
    "/billing/purchases/purchases.xlsx",
    "/billing/transfers/transfers.xlsx",
    "/billing/invoices/invoices.xlsx",
    "/billing/credit-notes/{credit_note}/pdf/",
    "/billing/slips/slips.xlsx",
    "/numbers/lines.xlsx",
    "/numbers/requests/requests.xlsx",
    "/numbers/papers/{paper}/",
    "/billing/invoices/{invoice}/pdf/",
    "/billing/proformas/{proforma}/pdf/",
    "/billing/slips/{slip}/picture/",
    "/credit/price/",  # a fragment
    "/auto-replies/upload/sample.xlsx",
    "/auto-replies/upload/{reply_file}/rejects.xlsx",
    "/auto-replies/polls/{poll}/participants.xlsx",
    "/web-service/requests/export/",
    "/metrics",
    "/api/v1/problems",
    "/api/v1/schema/",
    "/healthz",
    "/readyz",
}
ENGLISH = {"/api/v1/docs/"}
THEIRS = {"/api/v1/docs/": "#swagger-ui"}  # the part of a page that a package draws


def pages() -> list[tuple[str, str]]:
    """(path, who looks at it): whoever may see it, the owner first."""
    found = []
    for line in TABLE.splitlines():
        if line.startswith("GET"):
            _, path, owner, *_, staff, anonymous = line.split()
            people = {"owner": owner, "anonymous": anonymous, "staff": staff}
            looking = next((person for person, answer in people.items() if answer == "200"), None)
            if path not in NO_PAGES and looking:
                found.append((path, looking))
    return found


def views() -> list:
    return [
        pytest.param(path, person, look, id=f"{path}-{'-'.join(map(str, look))}")
        for path, person in pages()
        for look in LOOKS + (MORE_LOOKS if path in MAIN else [])
    ]


@pytest.fixture(scope="module")
def world(running) -> World:
    """The demo's account with everything in it, and the people of the access table."""
    made = make(now=timezone.now(), is_forced=True)
    return World(account=Account.objects.get(pk=made["account_id"]))


@pytest.fixture
def show(visit, world):
    def show(person: str, path: str, look: tuple[str, str, int]) -> Page:
        language, theme, width = look
        page = visit(world.users.get(person), language=language, theme=theme, width=width)
        page.weight = Weight(page)
        page.goto(world.path(path))
        return page

    return show


@pytest.mark.parametrize(("path", "person", "look"), views())
def test_page(show, path, person, look):
    page = show(person, path, look)
    page.wait_for_load_state("networkidle")
    expect(page.locator("html")).to_have_attribute("lang", "en" if path in ENGLISH else look[0])
    assert violations(page, without=THEIRS.get(path)) == []
    assert overhang(page) == []
    assert path in THEIRS or page.weight.bytes < MOST_BYTES


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize(
    ("person", "path", "status"),
    [("viewer", "/send/", 403), ("stranger", "/campaigns/{campaign}/", 404), ("staff", "/", 403)],
)
def test_refusal(visit, world, person, path, status, look):
    language, theme, width = look
    page = visit(world.users[person], language=language, theme=theme, width=width)
    page.guard.expected.add(status)
    assert page.goto(world.path(path)).status == status
    assert violations(page) == []
    assert overhang(page) == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_new_password_by_mail(show, world, look):
    user = world.users["owner"]
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    page = show("anonymous", f"/accounts/password/reset/{uid}/{token}/", look)
    expect(page.locator("input[type=password]")).to_have_count(2)
    assert violations(page) == []


# --- What opens on a page ---------------------------------------------------------------------------------------------


def user_menu(page: Page) -> None:
    page.locator("details.menu summary").last.click()
    expect(page.locator(".menu-body:visible").last).to_be_visible()


def drawer(page: Page) -> None:
    page.locator('[data-drawer="open"]').click()
    expect(page.locator("#side .side-close")).to_be_visible()


def keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def samples(page: Page) -> None:
    page.locator('[data-dialog="samples"]').first.click()
    expect(page.locator("dialog#samples")).to_be_visible()


def test_send(page: Page) -> None:
    page.locator('[data-dialog="test-send"]').click()
    expect(page.locator("dialog#test-send")).to_be_visible()


test_send.__test__ = False


def picker(page: Page) -> None:
    page.locator('[data-part="later"]').check()
    page.locator("#id_send_at").click()
    expect(page.locator(".picker")).to_be_visible()


def people(page: Page) -> None:
    page.locator("#people").click()
    expect(page.locator("#people-results button").first).to_be_visible()


def long_text(page: Page) -> None:
    page.locator("#id_text").fill("سلام " * 400)
    page.locator("#id_typed").fill("09123456789\n12\n" * 3)
    expect(page.locator("[data-part=parts].is-over")).to_be_visible()


def sure(page: Page) -> None:
    page.locator("#cancel").click()
    expect(page.locator("dialog#confirm")).to_be_visible()


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#find-results a").first).to_be_visible()


def themes(page: Page) -> None:
    page.locator("details.menu summary").first.click()
    expect(page.locator(".menu-body:visible").first).to_be_visible()


def day_picker(page: Page) -> None:
    page.locator("#id_since").click()
    expect(page.locator(".picker")).to_be_visible()


def another_time(page: Page) -> None:
    page.locator("[data-dialog^='time-']").first.click()
    page.locator("dialog[open] [data-picker]").click()
    expect(page.locator(".picker")).to_be_visible()


def toast(page: Page) -> None:
    page.locator("form[action='/samples/add/'] button").first.click()
    expect(page.locator("[data-toast]").first).to_be_visible()


def confirming(page: Page) -> None:
    page.locator("main form[data-confirm] button:enabled, main button[data-confirm]:enabled").first.click()
    expect(page.locator("dialog#confirm")).to_be_visible()


def closing(page: Page) -> None:
    page.locator("[data-dialog=close-ticket]").click()
    expect(page.locator("dialog#close-ticket")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("/", user_menu), ("/", drawer), ("/", keys), ("/send/", samples), ("/send/", test_send), ("/send/", picker),
        ("/send/", people), ("/send/", long_text), ("/campaigns/{campaign}/", sure), ("/", palette), ("/", themes),
        ("/sent/", day_picker), ("/sent/", toast), ("/scheduled/", another_time),
        ("/samples/", confirming), ("/accounts/members/", confirming), ("/web-service/keys/", confirming),
        ("/billing/slips/", confirming), ("/inbox/{received}/", samples), ("/auto-replies/new/", samples),
        ("/send/recurring/new/", samples), ("/reports/", day_picker), ("/support/{ticket}/", closing),
    ],
)  # fmt: skip
def test_opened(show, path, opened, look):
    if opened is drawer and look[2] > 390:
        pytest.skip("the menu stands beside a wide page")
    if opened is themes and look[2] <= 390:
        pytest.skip("on a phone the themes stand in the user's menu")
    page = show("owner", path, look)
    opened(page)
    assert violations(page) == []
    assert overhang(page) == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_paused_and_a_scheduled_campaign(visit, world, look):
    language, theme, width = look
    page = visit(world.users["owner"], language=language, theme=theme, width=width)
    paused = make_confirmed(world.account, world.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1))
    page.goto(f"/campaigns/{paused.pk}/")
    assert violations(page) == []
    pause(campaign=paused, by=None)
    page.goto(f"/campaigns/{paused.pk}/")
    assert violations(page) == []
    finished = Campaign.objects.filter(account=world.account, state=Campaign.State.FINISHED).latest("recipients")
    page.goto(f"/campaigns/{finished.pk}/")
    assert violations(page) == []
    assert overhang(page) == []


STAFF = [
    "/admin/", "/admin/accounts/account/", "/admin/messaging/bind/", "/admin/messaging/campaign/",
    "/admin/messaging/gateway/add/", "/admin/billing/wallet/",
]  # fmt: skip


@pytest.mark.parametrize("path", STAFF)
def test_staff_page(show, path):
    page = show("staff", path, LOOKS[0])
    assert (
        violations(page, preload=False) == []
    )  # axe would copy Django's @import into a style element: a CSP violation


def test_an_empty_account(visit, stage):
    """The first day: nothing sent, nobody in the phonebook, no line."""
    from tests.factories import make_account

    page = visit(make_user(account=make_account()), width=390)
    for path in ("/", "/send/", "/campaigns/", "/sent/", "/scheduled/", "/inbox/", "/samples/", "/phonebook/"):
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert (path, overhang(page)) == (path, [])


# --- Measures ---------------------------------------------------------------------------------------------------------

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OVERHANG = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => { const r = e.getBoundingClientRect(); return r.width && (r.right > wide + 1 || r.left < -1); })
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}"""


def violations(page: Page, *, without: str | None = None, preload: bool = True) -> list[str]:
    """What axe holds against the page: rule, element, reason."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}, "preload": preload}
    context = {"exclude": [[without]]} if without else None
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]} | {re.sub(chr(10), ' ', node['failureSummary'])[:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def overhang(page: Page) -> list[str]:
    """The elements because of which the page scrolls sideways."""
    return page.evaluate(OVERHANG)


class Weight:
    """Bytes that came over the wire, fonts apart."""

    def __init__(self, page: Page) -> None:
        self.fonts: set[str] = set()
        self.bytes = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self.received)
        session.on("Network.loadingFinished", self.finished)
        session.send("Network.enable")

    def received(self, event: dict) -> None:
        if event["type"] == "Font":
            self.fonts.add(event["requestId"])

    def finished(self, event: dict) -> None:
        if event["requestId"] not in self.fonts:
            self.bytes += event["encodedDataLength"]
