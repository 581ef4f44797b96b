"""The yardstick of a single POST: the same web server, one JSON body read, one row inserted and committed, one answer.

No framework, no key, no money, no plan. Run by granian as ``bench.bare_app:application`` with BENCH_CONNINFO set.
"""

import json
import os
import threading

import psycopg

_kept = threading.local()


def application(environ, start_response):
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    if not hasattr(_kept, "connection"):
        _kept.connection = psycopg.connect(os.environ["BENCH_CONNINFO"], autocommit=True)
    row = _kept.connection.execute(
        "INSERT INTO bare_message (msisdn, body) VALUES (%s, %s) RETURNING id", [int(body["to"]), body["text"]]
    ).fetchone()
    answer = json.dumps({"id": row[0]}).encode()
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
