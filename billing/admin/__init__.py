"""Staff pages of billing."""

from billing.admin import sales, wallets  # noqa: F401 - registers the pages
