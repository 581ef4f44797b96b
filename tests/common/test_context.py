"""What a line of the log is about, and what it never says."""

import json
import logging

from common import context
from common.logs import JsonLines, MaskNumbers, mask_rows
from smsplatform import celery


def record(message: str, **fields) -> dict:
    made = logging.LogRecord("some.logger", logging.WARNING, __file__, 1, message, (), fields.get("exc_info"))
    MaskNumbers().filter(made)
    return json.loads(JsonLines().format(made))


def test_a_record_is_one_line_of_json_with_its_subject():
    with context.about(request_id="a" * 32, account=7, campaign=12, secret="x"):
        line = record("sent to 09121234567\nand on")
    assert (line["level"], line["logger"]) == ("WARNING", "some.logger")
    assert line["message"] == "sent to 0912***4567\nand on"
    assert (line["request_id"], line["account"], line["campaign"]) == ("a" * 32, 7, 12)
    assert "secret" not in line
    assert "campaign" not in record("later")


def test_what_the_database_quotes_of_a_row_is_masked():
    assert (
        mask_rows("x\nDETAIL:  Failing row contains (1, سلام، کد ۱۲).\ny") == "x\nDETAIL:  Failing row contains ***\ny"
    )
    assert mask_rows("Key (account_id, name)=(1, علی) already exists.") == "Key (account_id, name)= ***"
    assert (
        mask_rows('COPY messaging_message, line 3, column text: "سلام"')
        == "COPY messaging_message, line 3, column text: ***"
    )


def test_the_requests_id_goes_with_the_tasks_it_enqueues():
    headers: dict = {}
    with context.about(request_id="b" * 32):
        celery._give_request_id(headers=headers)
    assert headers == {"request_id": "b" * 32}
    task = type("Task", (), {"request": type("Request", (), headers)})
    with context.about():
        celery._take_request_id(task=task)
        assert context.request_id() == "b" * 32
        celery._take_request_id(task=type("Task", (), {"request": object()}))
        assert context.request_id() == ""
