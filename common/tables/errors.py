"""Why a file cannot be read as a table; ``str(error)`` tells its owner what to do, in the reader's language."""

from django.utils.translation import gettext_lazy as _


class TableError(Exception):
    """A file that cannot be read as a table."""

    sentence = _("This file cannot be read as a table.")

    def __str__(self) -> str:
        return str(self.sentence)


class EmptyFile(TableError):
    sentence = _("The file is empty. Choose a file that has at least one row.")


class PasswordProtected(TableError):
    sentence = _("The file is protected by a password. Open it, remove the password, save it and send it again.")


class NotATable(TableError):
    sentence = _("This is not a table. Send a text file, CSV, or Excel file (.txt, .csv, .xls, .xlsx).")


class WebPage(TableError):
    sentence = _("This file is a web page under another name. Open it in Excel, save it as .xlsx and send that.")


class TooLarge(TableError):
    sentence = _("The file is too large when opened. Divide it into smaller files, or send it as CSV.")


class UnsupportedFormat(TableError):
    sentence = _("This kind of spreadsheet is not supported. Open it in Excel, save it as .xlsx and send that.")


class DamagedFile(TableError):
    sentence = _("The file is damaged. Open it in Excel, save it again and send the new file.")
