import io
import logging

import pytest

from common.logs import MaskNumbers, mask_numbers


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.addFilter(MaskNumbers())
    logger = logging.Logger("tests.mask")
    logger.addHandler(handler)
    logger.written = stream.getvalue
    return logger


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to 09121234567.", "to 0912***4567."),
        ("to +989121234567, 00989351234567", "to 0912***4567, 0935***4567"),
        ("receptor=989121234567&x=1", "receptor=0912***4567&x=1"),
        ("[9121234567]", "[0912***4567]"),
        ("0912 123 4567 and 0912-123-4567", "0912***4567 and 0912***4567"),
        ("به ۰۹۱۲۱۲۳۴۵۶۷", "به 0912***4567"),
        ("%2B989121234567", "%2B0912***4567"),
        ("id 1791234567890 took 0.9121234567 s", "id 1791234567890 took 0.9121234567 s"),
        ("line 10004346, at 1700000000", "line 10004346, at 1700000000"),
    ],
)
def test_numbers_in_a_text(text, masked):
    assert mask_numbers(text) == masked


def test_message_arguments_and_mapping(log):
    log.warning("sent to %s and %d", "09121234567", 989351234567)
    log.warning("sent to %(number)s", {"number": 9121234567})
    log.warning(["+989121234567"])
    assert log.written() == (
        "WARNING sent to 0912***4567 and 0935***4567\nWARNING sent to 0912***4567\nWARNING ['0912***4567']\n"
    )


def test_traceback_and_stack(log):
    try:
        raise ValueError("09121234567 is blocked")
    except ValueError:
        log.exception("failed", stack_info=True)
    assert "ValueError: 0912***4567 is blocked" in log.written()
    assert "1234567" not in log.written()


def test_arguments_that_do_not_fit_are_masked_too(log, capsys):
    log.warning("sent to %s %s", "09121234567")
    assert log.written() == "WARNING sent to %s %s ('0912***4567',)\n"
    assert capsys.readouterr().err == ""
