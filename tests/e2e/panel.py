"""What a person does in the panel, in Persian, step by step."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

FINISHING_SECONDS = 60
PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def fa(number: int) -> str:
    """As the Persian pages write it: «۱٬۹۵۰»"""
    return f"{number:,}".translate(PERSIAN)


def fa_digits(text: str) -> str:
    return text.translate(PERSIAN)


def log_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("نام کاربری").fill(username)
    page.get_by_label("گذرواژه", exact=True).fill(password)
    page.get_by_role("button", name="ورود", exact=True).click()


def compose(page: Page, text: str, *, numbers: str = "", file: Path | None = None, line: str = "") -> None:
    """Fill in the advanced send; the file is with the server, and counted, before it goes on."""
    page.goto("/send/?kind=advanced")
    if line:
        page.locator("#id_line").select_option(label=next(o for o in options(page) if o.startswith(line)))
    page.locator("#id_text").fill(text)
    if numbers:
        page.locator("#id_typed").fill(numbers)
    if file:
        page.locator("#file").set_input_files(file)
        expect(page.locator("#upload-result bdi").first).to_have_text(file.name)


def options(page: Page) -> list[str]:
    return page.locator("#id_line option").all_inner_texts()


def review(page: Page) -> None:
    """Ask for the review, and wait until the recipients have been read."""
    page.get_by_role("button", name="بازبینی و ارسال").click()
    page.wait_for_url("**/campaigns/*/review/")
    expect(pay(page)).to_be_visible(timeout=FINISHING_SECONDS * 1000)


def pay(page: Page) -> Locator:
    return page.get_by_role("button", name="پرداخت و")


def reviewed(page: Page) -> dict[str, str]:
    """What the review says of the recipients, by its own words."""
    rows = page.get_by_role("table").first.get_by_role("row").all()
    return {row.get_by_role("rowheader").inner_text(): row.get_by_role("cell").first.inner_text() for row in rows}


def summary(page: Page) -> dict[str, str]:
    """The figures of the page's summary: «هزینه (ریال)» → «۴٬۶۸۰٬۰۰۰»"""
    pairs = page.locator("dl.summary > div").all()
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}


def confirm(page: Page) -> int:
    """Pay; the campaign's id."""
    pay(page).click()
    page.wait_for_url(lambda url: url.rstrip("/").rpartition("/")[2].isdigit())
    return int(page.url.rstrip("/").rpartition("/")[2])


def legend(page: Page, tone: str) -> Locator:
    """The figure beside the progress bar: tone ok delivered, wait with the operator, bad lost."""
    return page.locator(f"#progress .legend .tone-{tone} b").first


def state(page: Page) -> Locator:
    return page.locator("#progress .pill").first


def press(page: Page, name: str) -> None:
    """A control of the live page; confirmed where it asks. The page may be renewed under the pointer: by id."""
    page.locator(f"#{name}").click()
    if name in ("cancel", "hurry"):
        page.locator("#confirm-yes").click()


def watch_it_finish(page: Page, delivered: int, seconds: int = FINISHING_SECONDS) -> None:
    """The page itself changes, without being loaded again."""
    page.evaluate("window.sameDocument = true")
    expect(legend(page, "ok")).to_have_text(fa(delivered), timeout=seconds * 1000)
    expect(state(page)).to_have_text("ارسال‌شده", timeout=seconds * 1000)
    assert page.evaluate("window.sameDocument") is True
