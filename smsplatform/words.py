"""Sentences that the scripts of the panel speak. Each page carries them as JSON, in the reader's language."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Key → sentence; ``{name}`` is filled in by the script."""
    return {
        # Everywhere
        "close": _("Close"),
        "copied": _("Copied."),
        "copy_failed": _("Copying is not allowed here; select the text and copy it yourself."),
        "no_answer": _("The server did not answer. Check your connection and try again."),
        "server_error": _("Something went wrong on our side. Try again; if it happens again, tell support."),
        "not_allowed": _("You may not do this. Log in again, or ask the owner of the account."),
        "too_large": _("The file is too large."),
        "uploading": _("Uploading: {percent}%"),
        "uploaded": _("Uploaded; reading the file…"),
        # Composer
        "encoding_gsm7": _("Latin (GSM-7)"),
        "encoding_ucs2": _("Persian (UCS-2)"),
        "too_many_parts": _("The text is longer than {parts} parts; shorten it."),
        "too_many_recipients": _(
            "A simple send takes at most {limit} recipients; for more, choose the advanced send above."
        ),
        "not_enough": _("Your credit does not cover this send."),
        "at_most": _("at most {amount}"),
        "found_numbers": _("Numbers: {count}"),
        "unknown_numbers": _("{count} not understood"),
        # Picker
        "picker": _("Choose date and time"),
        "previous_month": _("Previous month"),
        "next_month": _("Next month"),
        "hour": _("Hour"),
        "minute": _("Minute"),
        "today": _("Today"),
        "done": _("Done"),
        "clear": _("Clear"),
        "unreadable_time": _("This date cannot be read. Write it like {example}."),
        "past": _("This time has passed."),
    }
