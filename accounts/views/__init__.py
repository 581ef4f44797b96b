"""The doors of accounts. The settings and the urls of the platform know these two."""

from accounts.views.login import locked_out
from accounts.views.person import set_language

__all__ = ["locked_out", "set_language"]
