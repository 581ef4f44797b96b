"""``script/screenshots [name …]``: pictures of the panel for the documents, taken from a demo server of its own.

``script/screenshots tour [part of a name …]`` takes every page in both languages, on a desktop and on a phone, light
and dark, into var/tour, to be looked at.

The demo is made anew every time, so that what the pictures show is a few days old and not a few months.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import testing
from launcher.environment import LauncherError, say
from launcher.variables import ROOT

FOLDER = ROOT / "docs" / "pictures"
TOUR = ROOT / "var" / "tour"
MOST_BYTES = 200_000
QUALITY = 82  # of WebP
WIDE, NARROW = (1400, 900), (390, 844)
TEXT = "جشنوارهٔ پاییزهٔ آفتاب آغاز شد: ۲۰٪ تخفیف برای همهٔ کالاها تا پایان هفته. aftab.example لغو۱۱"
OF_THE_CALLER = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS")  # never pictures of real data
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--hide-scrollbars"]


def main(arguments: list[str]) -> int:
    is_tour = arguments[:1] == ["tour"]
    unknown = [] if is_tour else sorted(set(arguments) - set(PICTURES))
    if unknown:
        raise LauncherError(f"There is no picture {', '.join(unknown)}; there are {', '.join(PICTURES)}.")
    chromium = os.environ.get("CHROMIUM") or testing.browser().get("CHROMIUM")
    if not chromium:
        raise LauncherError("No Chromium: install the system's package (apt-get install chromium) or set CHROMIUM.")
    wanted = tour(arguments[1:]) if is_tour else {name: PICTURES[name] for name in arguments or PICTURES}
    folder = TOUR if is_tour else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with demo_server() as (url, people):
        paths = take(chromium, url, people, wanted, folder, whole=is_tour)
    heavy = [] if is_tour else [path for path in paths if size(path) > MOST_BYTES]
    for path in heavy:
        say(f"{path.name} has {size(path)} bytes, more than {MOST_BYTES}.")
    return 1 if heavy else 0


def tour(parts: list[str]) -> dict[str, tuple]:
    """Every page in every look, or those whose name holds one of the parts."""
    return {
        f"{name}-{look}": (arrange, *how)
        for name, arrange in PAGES.items()
        if not parts or any(part in name for part in parts)
        for look, how in LOOKS.items()
    }


def size(path: Path) -> int:
    return path.stat().st_size


@contextmanager
def demo_server() -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """A demo in a folder that is thrown away; its address and the logins of its owner and its staff."""
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        env = os.environ | dict.fromkeys(OF_THE_CALLER, "")  # empty, so that .env does not fill them in either
        env |= {"STATE_DIR": f"{folder}/var", "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "1"}
        command = [sys.executable, str(ROOT / "script" / "server")]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout:
                if line.startswith("{"):
                    made = json.loads(line)
                    yield f"http://127.0.0.1:{port}", {"owner": made["login"], "staff": made["staff"]}
                    return
            raise LauncherError("The demo server did not start; its words are above.")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def take(chromium: str, url: str, people: dict, wanted: dict[str, tuple], folder: Path, *, whole: bool) -> list[Path]:
    """The pictures; ``whole`` pages, or what the screen shows of them."""
    from playwright.sync_api import sync_playwright

    paths = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        pages = {}
        for name, (arrange, language, theme, screen) in wanted.items():
            person = "staff" if arrange in OF_STAFF else "owner"
            page = pages.get(person) or pages.setdefault(person, entered(browser, url, people[person]))
            cookies = {"django_language": language, "theme": theme}
            page.context.add_cookies([{"name": key, "value": value, "url": url} for key, value in cookies.items()])
            page.set_viewport_size(viewport(screen))
            arrange(page)
            page.wait_for_load_state("networkidle")
            page.evaluate("document.fonts.ready")
            paths.append(folder / f"{name}.webp")
            photograph(page, paths[-1], whole=whole)
            say(f"{paths[-1].relative_to(ROOT)} ({size(paths[-1]) // 1000} kB)")
        browser.close()
    return paths


def entered(browser, url: str, login: dict[str, str]):
    context = browser.new_context(
        base_url=url, locale="fa-IR", timezone_id="Asia/Tehran", viewport=viewport(WIDE), reduced_motion="reduce"
    )
    page = context.new_page()
    enter(page, login)
    return page


def photograph(page, path: Path, *, whole: bool) -> None:
    """By the browser's own protocol: Playwright writes no WebP, which has a third of the bytes."""
    session = page.context.new_cdp_session(page)
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": whole}
    shot = session.send("Page.captureScreenshot", how | clip(page, whole))
    path.write_bytes(base64.b64decode(shot["data"]))
    session.detach()


def clip(page, whole: bool) -> dict:
    if not whole:
        return {}
    high, wide = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.clientWidth]")
    return {"clip": {"x": 0, "y": 0, "width": wide, "height": min(high, 2400), "scale": 1}}


def viewport(screen: tuple[int, int]) -> dict[str, int]:
    return {"width": screen[0], "height": screen[1]}


# --- What stands on each page -----------------------------------------------------------------------------------------


def enter(page, login: dict[str, str]) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(login["username"])
    page.locator("[name=password]").fill(login["password"])
    page.locator("main button.btn-primary").click()
    page.wait_for_url(lambda address: "/login/" not in address)


def opened(path: str):
    return lambda page: page.goto(path)


def login_page(page) -> None:
    """Seen by somebody who is not logged in yet; afterwards we are again who we were."""
    context = page.context
    session = [cookie for cookie in context.cookies() if cookie["name"] == "sessionid"]
    context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")
    context.add_cookies(session)


def compose(page) -> None:
    page.goto("/send/?kind=advanced")
    page.locator("#id_line").select_option(index=1)
    page.locator("#id_text").fill(TEXT)
    page.locator("#id_typed").fill("09121234567\n0935 123 4567\n+989211234567")
    page.locator("#people").click()
    page.locator("#people-results button").first.click()
    page.locator("[data-chip]").first.wait_for()


def review(page) -> None:
    compose(page)
    page.locator("form[data-composer] .send-bar .btn-primary").click()
    page.wait_for_url("**/review/")
    page.locator("form[action$='/confirm/']").wait_for()


def campaign(page) -> None:
    """The largest of the demo's history: delivered, but for some."""
    page.goto("/campaigns/")
    page.locator("table a").filter(has_text="حراج پایان فصل").first.click()
    page.locator("#progress").wait_for()


def picker(page) -> None:
    compose(page)
    page.locator("[data-part=later]").check()
    page.locator("#id_send_at").click()
    page.locator(".picker").wait_for()


def on_dates(page) -> None:
    """The form of a recurring send, on the contacts' birthdays."""
    page.goto("/send/recurring/new/")
    page.locator("[name=text]").fill("{first_name|دوست} عزیز، تولدت مبارک 🎉")
    page.locator("[name=frequency]").select_option("dates")
    page.locator("[name=date_key]").select_option(index=1)
    page.locator("[name=frequency]").scroll_into_view_if_needed()


def first(path: str, selector: str):
    """The page behind the first such link of a list."""

    def go(page) -> None:
        page.goto(path)
        link = page.locator(f"main {selector}").first
        page.goto(link.get_attribute("href"))

    return go


def tariff_preview(page) -> None:
    """The effects of the demo's draft, counted."""
    page.goto("/staff/tariffs/")
    draft = page.locator("main a[href$='/edit/']").first.get_attribute("href")
    page.goto(draft.replace("/edit/", "/preview/"))
    page.locator("#traffic table").wait_for()


def drawer(page) -> None:
    """The menu of a phone; on a desktop it stands beside the page."""
    page.goto("/")
    if page.viewport_size["width"] < WIDE[0]:
        page.locator("[data-drawer=open]").click()
        page.locator("#side .side-close").wait_for()


def sent_one(page) -> None:
    first("/sent/", "a[href^='/sent/']:not([href*='?']):not([href*='.xlsx'])")(page)


def story(page) -> None:
    sent_one(page)
    page.locator("main a[href$='/story/']").click()
    page.wait_for_url("**/story/")


def story_for_staff(page) -> None:
    page.goto("/admin/messaging/message/?status__exact=50")
    address = page.locator("#result_list th a").first.get_attribute("href")
    page.goto(f"/staff/messages/{address.split('/')[4]}/")


def exports(page) -> None:
    """A file that has been made, and its way to the disk."""
    page.goto("/reports/exports/")
    if not page.locator("#exports tbody a.btn-primary").count():
        page.goto("/reports/exports/?list=ledger")
    page.locator("#exports tbody a.btn-primary").first.wait_for(timeout=60_000)


def second_step_by_sms(page) -> None:
    """The code was asked for; the page waits for it."""
    page.goto("/accounts/two-factor/")
    if not page.locator("#sms_code").count():
        page.locator("form[action$='/two-factor/sms/'] button").click()
    page.locator("#sms_code").wait_for()


def palette(page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("#find-text").fill("گزارش" if page.locator("html").get_attribute("lang") == "fa" else "report")
    page.locator("#find-results a").first.wait_for()


def keys(page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    page.locator("#keys").wait_for()


PAGES = {
    "login": login_page,
    "desk": opened("/"),
    "menu": drawer,
    "compose": compose,
    "review": review,
    "picker": picker,
    "p2p": opened("/send/p2p/"),
    "recurring": opened("/send/recurring/"),
    "recurring-new": opened("/send/recurring/new/"),
    "recurring-dates": on_dates,
    "recurring-one": first("/send/recurring/", "a[href^='/send/recurring/']:not([href$='/new/'])"),
    "campaigns": opened("/campaigns/"),
    "campaign": campaign,
    "bulk-regional": opened("/bulk/regional/"),
    "bulk-guilds": opened("/bulk/guilds/"),
    "bulk-operator": opened("/bulk/operator/"),
    "bulk-city": opened("/bulk/city/"),
    "audiences": opened("/bulk/audiences/"),
    "inbox": opened("/inbox/"),
    "conversation": first("/inbox/", "a[href^='/inbox/']:not([href*='?']):not([href$='.xlsx'])"),
    "sent": opened("/sent/"),
    "sent-one": sent_one,
    "sent-story": story,
    "scheduled": opened("/scheduled/"),
    "scheduled-messages": opened("/scheduled/messages/"),
    "trash": opened("/trash/"),
    "samples": opened("/samples/"),
    "templates": opened("/templates/"),
    "rules": opened("/auto-replies/"),
    "rule-new": opened("/auto-replies/new/"),
    "reply-test": opened("/auto-replies/test/"),
    "reply-lines": opened("/auto-replies/lines/"),
    "reply-log": opened("/auto-replies/log/"),
    "reply-upload": opened("/auto-replies/upload/"),
    "polls": opened("/auto-replies/polls/"),
    "poll": first("/auto-replies/polls/", "a[href^='/auto-replies/polls/']:not([href$='/new/'])"),
    "poll-new": opened("/auto-replies/polls/new/"),
    "contacts": opened("/phonebook/"),
    "contacts-by-name": opened("/phonebook/?order=name"),
    "contacts-trash": opened("/phonebook/trash/"),
    "contact": first("/phonebook/", "table a[href^='/phonebook/']"),
    "contact-new": opened("/phonebook/new/"),
    "groups": opened("/phonebook/groups/"),
    "fields": opened("/phonebook/fields/"),
    "field-new": opened("/phonebook/fields/new/"),
    "import": opened("/phonebook/import/"),
    "import-one": first("/phonebook/import/", "a[href^='/phonebook/import/']"),
    "opt-outs": opened("/phonebook/opt-outs/"),
    "opt-outs-add": opened("/phonebook/opt-outs/add/"),
    "opt-out-words": opened("/phonebook/opt-outs/words/"),
    "lines": opened("/numbers/"),
    "quiet-hours": opened("/numbers/quiet-hours/"),
    "inquiry": opened("/numbers/inquiry/"),
    "line-requests": opened("/numbers/requests/"),
    "line-request-new": opened("/numbers/requests/number/"),
    "line-service": opened("/numbers/requests/service/"),
    "credit": opened("/billing/"),
    "credit-add": opened("/credit/add/"),
    "purchases": opened("/billing/purchases/"),
    "transfers": opened("/billing/transfers/"),
    "transfer-new": opened("/billing/transfers/new/"),
    "invoices": opened("/billing/invoices/"),
    "credit-notes": opened("/billing/invoices/?state=returned"),
    "credit-note": first("/billing/invoices/?state=returned", "a[href^='/billing/credit-notes/']"),
    "slips": opened("/billing/slips/"),
    "buyer": opened("/billing/buyer/"),
    "tickets": opened("/support/"),
    "ticket-new": opened("/support/new/"),
    "ticket": first("/support/", "table a[href^='/support/']"),
    "questions": opened("/support/questions/"),
    "activation": opened("/web-service/activation/"),
    "keys": opened("/web-service/keys/"),
    "key-new": opened("/web-service/keys/new/"),
    "webhooks": opened("/web-service/webhooks/"),
    "webhook": first("/web-service/webhooks/", "a[href^='/web-service/webhooks/']:not([href$='/new/'])"),
    "webhook-new": opened("/web-service/webhooks/new/"),
    "requests": opened("/web-service/requests/"),
    "reports": opened("/reports/"),
    "reports-operators": opened("/reports/?by=operator"),
    "reports-received": opened("/reports/received/"),
    "reports-bulk": opened("/reports/bulk/"),
    "exports": exports,
    "palette": palette,
    "keyboard": keys,
    "members": opened("/accounts/members/"),
    "member-invite": opened("/accounts/members/invite/"),
    "two-factor": opened("/accounts/two-factor/"),
    "two-factor-sms": second_step_by_sms,
    "sessions": opened("/accounts/sessions/"),
    "profile": opened("/accounts/profile/"),
    "account": opened("/accounts/account/"),
    "password": opened("/accounts/password/"),
    "activity": opened("/accounts/activity/"),
    "staff-message": opened("/staff/messages/"),
    "staff-story": story_for_staff,
    "staff-tariffs": opened("/staff/tariffs/"),
    "staff-tariff": first("/staff/tariffs/", "a[href^='/staff/tariffs/revisions/']:not([href$='/edit/'])"),
    "staff-tariff-edit": first("/staff/tariffs/", "a[href$='/edit/']"),
    "staff-tariff-preview": tariff_preview,
    "staff-home": opened("/staff/"),
    "staff-accounts": opened("/staff/accounts/"),
    "staff-account": first("/staff/accounts/", "table a[href^='/staff/accounts/']"),
    "staff-requests": opened("/staff/requests/?state=all"),
    "staff-request": first("/staff/requests/", "table a[href^='/staff/requests/']"),
    "staff-slips": opened("/staff/slips/?state=all"),
    "staff-slip": first("/staff/slips/", "table a[href^='/staff/slips/']"),
    "staff-templates": opened("/staff/templates/?state=all"),
    "staff-template": first("/staff/templates/", "table a[href^='/staff/templates/']"),
    "staff-activations": opened("/staff/activations/"),
    "staff-gateways": opened("/staff/gateways/"),
    "staff-gateway": first("/staff/gateways/", "a[href^='/staff/gateways/']"),
    "staff-announcements": opened("/staff/announcements/"),
    "staff-announcement-new": opened("/staff/announcements/new/"),
    "staff-desk": opened("/staff/support/"),
    "staff-figures": opened("/staff/support/figures/"),
    "staff-ticket": first("/staff/support/", "a[href^='/staff/support/']:not([href*='figures']):not([href*='?'])"),
}
OF_STAFF = {PAGES[name] for name in PAGES if name.startswith("staff-")}
LOOKS = {
    "fa": ("fa", "light", WIDE),
    "en": ("en", "light", WIDE),
    "fa-phone": ("fa", "dark", NARROW),
    "en-phone": ("en", "dark", NARROW),
}
TOUR_ONLY = {"menu", "activation", "staff-activations", "staff-announcement-new"}
PICTURES = {name: (arrange, "fa", "light", WIDE) for name, arrange in PAGES.items() if name not in TOUR_ONLY} | {
    "desk-english": (PAGES["desk"], "en", "light", WIDE),
    "desk-dark": (PAGES["desk"], "fa", "dark", WIDE),
    "compose-english-dark": (compose, "en", "dark", WIDE),
    "desk-phone": (PAGES["desk"], "fa", "dark", NARROW),
    "menu-phone": (drawer, "fa", "dark", NARROW),
    "compose-phone": (compose, "fa", "dark", NARROW),
    "review-phone": (review, "fa", "dark", NARROW),
    "campaign-phone": (campaign, "en", "dark", NARROW),
    "rules-phone": (PAGES["rules"], "fa", "dark", NARROW),
    "contacts-english-dark": (PAGES["contacts"], "en", "dark", WIDE),
    "contacts-phone": (PAGES["contacts"], "fa", "dark", NARROW),
    "reports-phone": (PAGES["reports"], "fa", "dark", NARROW),
    "reports-english-dark": (PAGES["reports"], "en", "dark", WIDE),
    "exports-phone": (exports, "fa", "dark", NARROW),
    "palette-english-dark": (palette, "en", "dark", WIDE),
    "palette-phone": (palette, "fa", "dark", NARROW),
    "members-phone": (PAGES["members"], "fa", "dark", NARROW),
    "members-english": (PAGES["members"], "en", "light", WIDE),
    "two-factor-phone": (PAGES["two-factor"], "en", "dark", NARROW),
    "sessions-phone": (PAGES["sessions"], "fa", "dark", NARROW),
    "activity-phone": (PAGES["activity"], "fa", "dark", NARROW),
    "recurring-phone": (PAGES["recurring"], "fa", "dark", NARROW),
    "recurring-new-english-dark": (PAGES["recurring-new"], "en", "dark", WIDE),
    "ticket-phone": (PAGES["ticket"], "fa", "dark", NARROW),
    "staff-home-phone": (PAGES["staff-home"], "fa", "dark", NARROW),
}
