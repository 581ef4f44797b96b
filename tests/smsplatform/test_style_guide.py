"""Every component, in a real browser: no accessibility fault in any language, width or theme; keyboard works."""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.smsplatform.urls")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"]
    # Playwright's loop lives in this thread; Django must not take its own calls here for calls from that loop.
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, live_server):
    contexts = []

    def open_page(path="/styleguide/", *, language="fa", theme="light", width=1400):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", timezone_id="Asia/Tehran"
        )
        contexts.append(context)
        cookies = {"django_language": language, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: page.problems.append(request.url) if _leaves(request, live_server) else None)
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


def _leaves(request, live_server) -> bool:
    return not request.url.startswith((live_server.url, "data:"))


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_fault_and_nothing_sticks_out(open_page, language, theme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(language=language, theme=theme, width=width)
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in result.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


def test_picker_by_keyboard(open_page):
    page = open_page()
    field = page.locator("#when")
    field.focus()
    page.keyboard.press("ArrowDown")
    before = int(page.locator("td button:focus").get_attribute("data-day"))
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    after = int(page.locator("td button:focus").get_attribute("data-day"))
    assert 30 <= after - before <= 32
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator(".picker").count() == 0
    assert field.evaluate("field => field === document.activeElement")
    assert len(field.input_value()) == len("۱۴۰۵/۰۹/۰۳ ۱۸:۳۰")


def test_picker_understands_what_is_typed(open_page):
    page = open_page()
    field = page.locator("#when")
    for text, valid in [("۱۴۹۰/۰۱/۳۱ ۱۰:۰۰", True), ("1490-01-31 10:00", True), ("2090/02/28", True)]:
        field.fill(text)
        assert field.evaluate("field => field.validity.valid") is valid
    for text in ("1490/07/31 10:00", "2090-02-30", "1402/01/01 10:00", "فردا", "1490/01/01 25:00"):
        field.fill(text)
        assert field.evaluate("field => field.validationMessage") != ""


def test_question_before_what_cannot_be_undone(open_page):
    page = open_page()
    address = page.url
    page.locator("[data-confirm] button").click()
    assert page.locator("#confirm").evaluate("dialog => dialog.open")
    assert page.locator("#confirm-yes").evaluate("button => button !== document.activeElement")
    page.keyboard.press("Escape")
    assert not page.locator("#confirm").evaluate("dialog => dialog.open")
    assert page.url == address


def test_theme_changes_at_once_and_stays(open_page):
    page = open_page()
    page.locator("details[data-menu] summary.tool").click()
    with page.expect_response("**/theme/"):
        page.locator(".topbar .only-large [name=theme][value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_drawer_keeps_the_focus_and_gives_it_back(open_page):
    page = open_page(width=390)
    opener = page.locator("[data-drawer=open]")
    opener.click()
    assert page.locator("#shell").evaluate("shell => shell.inert")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('side').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not page.locator("#shell").evaluate("shell => shell.inert")
    assert opener.evaluate("button => button === document.activeElement")
