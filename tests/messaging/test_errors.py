"""Errors of messages in words."""

import pytest

from messaging.errors import code_of, describe


@pytest.mark.parametrize(
    ("error", "english", "code"),
    [
        (None, "", ""),
        ("smpp:11", "The operator says the recipient's number is wrong; correct the number.", "ESME_RINVDSTADR"),
        ("receipt:027", "The phone is off or out of reach.", "err:027"),
        ("receipt:000", "The operator reported that the message was not delivered, and gave no reason.", "err:000"),
        ("receipt:E9", "The operator reported that the message was not delivered (its code E9).", "err:E9"),
        ("receipt:expired", "Not delivered in its time: the phone was off or out of reach.", "err:expired"),
        ("cancelled", "Cancelled before it was sent; its price was returned.", ""),
        ("something new", "something new", ""),
    ],
)
def test_an_error_in_words(error, english, code):
    assert describe(error, "en") == english
    assert code_of(error) == code
    assert bool(describe(error, "fa")) == bool(error)
