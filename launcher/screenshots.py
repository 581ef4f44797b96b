"""``script/screenshots [name …]``: pictures of the panel for the documents, taken from a demo server of its own.

The demo is made anew every time, so that what the pictures show is a few days old and not a few months.
"""

import json
import os
import re
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
MOST_BYTES = 200_000
WIDE, NARROW = (1400, 900), (390, 844)
TEXT = "جشنوارهٔ پاییزهٔ آفتاب آغاز شد: ۲۰٪ تخفیف برای همهٔ کالاها تا پایان هفته. aftab.example لغو۱۱"
OF_THE_CALLER = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS")  # never pictures of real data
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--hide-scrollbars"]


def main(arguments: list[str]) -> int:
    unknown = sorted(set(arguments) - set(PICTURES))
    if unknown:
        raise LauncherError(f"There is no picture {', '.join(unknown)}; there are {', '.join(PICTURES)}.")
    chromium = os.environ.get("CHROMIUM") or testing.browser().get("CHROMIUM")
    if not chromium:
        raise LauncherError("No Chromium: install the system's package (apt-get install chromium) or set CHROMIUM.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo_server() as (url, login):
        heavy = [path for path in take(chromium, url, login, arguments or list(PICTURES)) if size(path) > MOST_BYTES]
    for path in heavy:
        say(f"{path.name} has {size(path)} bytes, more than {MOST_BYTES}.")
    return 1 if heavy else 0


def size(path: Path) -> int:
    return path.stat().st_size


@contextmanager
def demo_server() -> Iterator[tuple[str, dict[str, str]]]:
    """A demo in a folder that is thrown away; its address and the demo login."""
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
                    yield f"http://127.0.0.1:{port}", json.loads(line)["login"]
                    return
            raise LauncherError("The demo server did not start; its words are above.")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def take(chromium: str, url: str, login: dict[str, str], names: list[str]) -> list[Path]:
    from playwright.sync_api import sync_playwright

    paths = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(base_url=url, locale="fa-IR", timezone_id="Asia/Tehran", viewport=viewport(WIDE))
        page = context.new_page()
        enter(page, login)
        for name in names:
            arrange, language, theme, screen = PICTURES[name]
            cookies = {"django_language": language, "theme": theme}
            context.add_cookies([{"name": key, "value": value, "url": url} for key, value in cookies.items()])
            page.set_viewport_size(viewport(screen))
            arrange(page)
            page.wait_for_load_state("networkidle")
            page.evaluate("document.fonts.ready")
            paths.append(FOLDER / f"{name}.png")
            page.screenshot(path=paths[-1], animations="disabled")
            say(f"{paths[-1].relative_to(ROOT)} ({size(paths[-1]) // 1000} kB)")
        browser.close()
    return paths


def viewport(screen: tuple[int, int]) -> dict[str, int]:
    return {"width": screen[0], "height": screen[1]}


# --- What stands on each page -----------------------------------------------------------------------------------------


def enter(page, login: dict[str, str]) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(login["username"])
    page.locator("[name=password]").fill(login["password"])
    page.locator("main button.btn-primary").click()
    page.wait_for_url(re.compile(r":\d+/$"))


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


PICTURES = {
    "login": (login_page, "fa", "light", WIDE),
    "desk": (opened("/"), "fa", "light", WIDE),
    "compose": (compose, "fa", "light", WIDE),
    "review": (review, "fa", "light", WIDE),
    "campaign": (campaign, "fa", "light", WIDE),
    "sent": (opened("/sent/"), "fa", "light", WIDE),
    "inbox": (opened("/inbox/"), "fa", "light", WIDE),
    "desk-english": (opened("/"), "en", "light", WIDE),
    "desk-dark": (opened("/"), "fa", "dark", WIDE),
    "compose-english-dark": (compose, "en", "dark", WIDE),
    "picker": (picker, "fa", "light", WIDE),
    "desk-phone": (opened("/"), "fa", "light", NARROW),
    "compose-phone": (compose, "fa", "dark", NARROW),
    "review-phone": (review, "fa", "light", NARROW),
    "campaign-phone": (campaign, "en", "light", NARROW),
}
