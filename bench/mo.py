"""Subscribers who write all at once, through the simulator's control."""

import http.client
import json

KEYWORDS = 1000
AT_ONCE = 5000


def keyword(number: int) -> str:
    return f"کد {number % KEYWORDS}"


def write_in(control_port: int, destination: str, *, first: int, count: int) -> None:
    """``count`` messages with a keyword each, from as many different mobiles (first, first + 1, …)."""
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        messages = [
            {"source": str(first + number), "destination": destination, "text": keyword(number)} for number in numbers
        ]
        connection = http.client.HTTPConnection("127.0.0.1", control_port, timeout=60)
        connection.request("POST", "/mo", json.dumps({"messages": messages}, ensure_ascii=False).encode())
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()
