"""A browser as our customers have it, and a guard over what happens in it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from accounts.models import User

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HEIGHTS = {1400: 900, 390: 844}
LOAD_FAILED = "Failed to load resource"


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, in which Django's ORM refuses to work unless told otherwise."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield running
            running.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Guard:
    """Notes every request that leaves the server, every error in the console (CSP violations are such) and every 5xx.

    A refusal that a test provokes is expected first: ``guard.expected.add(404)``.
    """

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.server = server
        self.expected: set[int] = set()
        self.problems: list[str] = []
        context.on("request", lambda request: self.request(request.url))
        context.on("response", self.response)
        context.on("console", self.console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))

    def request(self, url: str) -> None:
        if not url.startswith((self.server + "/", "data:", "blob:")):
            self.problems.append(f"left the server: {url}")

    def response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and LOAD_FAILED not in message.text:  # those are seen as responses
            self.problems.append(f"console: {message.text} ({message.location})")


class Visits:
    """Opens browser contexts for a test, and lets none go unguarded."""

    def __init__(self, running: Browser, server: str) -> None:
        self.browser, self.server = running, server
        self.contexts: list[BrowserContext] = []
        self.guards: list[Guard] = []

    def __call__(
        self, user: User | None = None, *, language: str = "fa", theme: str = "light", width: int = 1400
    ) -> Page:
        """A page without history; of ``user``, logged in, when one is given. ``page.guard`` is its guard."""
        context = self.browser.new_context(
            base_url=self.server,
            locale="fa-IR",
            timezone_id="Asia/Tehran",
            viewport={"width": width, "height": HEIGHTS[width]},
            reduced_motion="reduce",
        )
        cookies = {settings.LANGUAGE_COOKIE_NAME: language, "theme": theme}
        if user:
            client = Client()
            client.force_login(user, "django.contrib.auth.backends.ModelBackend")
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": cookies[name], "url": self.server} for name in cookies])
        context.set_default_timeout(20_000)
        guard = Guard(context, self.server)
        self.contexts.append(context)
        self.guards.append(guard)
        page = context.new_page()
        page.guard = guard
        return page

    def keep_pictures(self, folder: Path, name: str) -> None:
        """What the pages of a failed test look like, for whoever has to find out why."""
        folder.mkdir(exist_ok=True)
        pages = [page for context in self.contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            page.screenshot(path=folder / f"{re.sub('[^a-z0-9_]+', '-', name)}-{number}.png", full_page=True)

    def close(self) -> list[str]:
        """What the guards have to say about all of it."""
        for context in self.contexts:
            context.close()
        return [problem for guard in self.guards for problem in guard.problems]
