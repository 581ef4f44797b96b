"""Logging a client in, and reading what a page shows."""

from html.parser import HTMLParser

from django.test import Client

from accounts.models import Account, Membership
from tests.factories import make_user


def client_of(account: Account, role: str = Membership.Role.OWNER, language: str = "en") -> Client:
    """A client logged in as a new member of ``account``."""
    client = Client()
    client.force_login(
        make_user(account=account, role=role, language=language), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def staff_client(language: str = "en") -> Client:
    """A client logged in as a new superuser."""
    client = Client()
    user = make_user(is_staff=True, is_superuser=True, language=language)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.depth = 0

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self.depth += 1

    def handle_endtag(self, tag) -> None:
        if tag in {"td", "th"}:
            self.depth -= 1

    def handle_data(self, data) -> None:
        if self.depth and data.strip():
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()


def table_of(response) -> list[list[str]]:
    """The cells' texts of the rows of a page's tables, without the rows of headings."""
    cells = _Cells()
    cells.feed(response.content.decode())
    return cells.rows[1:]
