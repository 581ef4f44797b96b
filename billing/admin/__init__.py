"""Staff pages of billing."""

from billing.admin import sales, slips, wallets  # noqa: F401 - registers the pages
