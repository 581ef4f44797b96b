"""What to tell a person whose date was refused."""

from django.utils.translation import gettext_lazy as _

from common.jalali import DateRefused, NoSuchDate

_UNREADABLE = _("Write the date like 1405/09/03 18:30.")
_NO_SUCH = _("There is no such date or time in the calendar. Check the day of the month and the hour.")


def sentence(error: DateRefused) -> str:
    """A sentence in the reader's language, for any error of ``common.jalali.parse_jalali``."""
    return _NO_SUCH if isinstance(error, NoSuchDate) else _UNREADABLE
