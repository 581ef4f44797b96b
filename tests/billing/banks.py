"""A local server that speaks the documented words of Zarinpal's REST version 4 and Zibal's version 1."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Bank:
    """What the double knows: ``asked`` are (path, body) in order; ``paid`` maps a reference to what was paid, in the
    bank's currency; a path in ``broken`` answers with that HTTP status and no JSON."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, dict]] = []
        self.opened: dict[str, dict] = {}
        self.paid: dict[str, int] = {}
        self.verified: set[str] = set()
        self.broken: dict[str, int] = {}

    def answer(self, path: str, body: dict) -> dict:
        return getattr(self, path.strip("/").removesuffix(".json").replace("/", "_"))(body)

    # Zarinpal: "data" with a code, or "data": [] and "errors" with one.

    def pg_v4_payment_request(self, body: dict) -> dict:
        if body["merchant_id"] != "merchant" or body["currency"] not in {"IRR", "IRT"}:
            return _zarinpal_error(-11)
        reference = f"A{len(self.opened) + 1:035}"
        self.opened[reference] = body
        data = {"code": 100, "message": "Success", "authority": reference, "fee_type": "Merchant", "fee": 100}
        return {"data": data, "errors": []}

    def pg_v4_payment_verify(self, body: dict) -> dict:
        reference = body["authority"]
        if reference not in self.opened:
            return _zarinpal_error(-54)
        if reference not in self.paid:
            return _zarinpal_error(-51)
        if body["amount"] != self.paid[reference]:
            return _zarinpal_error(-50)
        code = 101 if reference in self.verified else 100
        self.verified.add(reference)
        ref_id = 201_000_000 + int(reference[1:])
        data = {"code": code, "message": "Verified", "card_pan": "502229******5995", "ref_id": ref_id, "fee": 0}
        return {"data": data, "errors": []}

    # Zibal: "result" beside the fields; amounts in rials; a track number is a JSON number.

    def v1_request(self, body: dict) -> dict:
        if body["merchant"] != "merchant":
            return {"message": "invalid merchant", "result": 102}
        track = 15_966_442_233_000 + len(self.opened)
        self.opened[str(track)] = body
        return {"trackId": track, "result": 100, "message": "success"}

    def v1_verify(self, body: dict) -> dict:
        track = str(body["trackId"])
        if track not in self.opened:
            return {"result": 203, "message": "invalid trackId"}
        if track not in self.paid:
            return {"result": 202, "message": "not paid"}
        if track in self.verified:
            return {"result": 201, "message": "already verified"}
        self.verified.add(track)
        return self._zibal_paid(track)

    def v1_inquiry(self, body: dict) -> dict:
        return self._zibal_paid(str(body["trackId"]))

    def _zibal_paid(self, track: str) -> dict:
        paid = {"paidAt": "2026-03-21T09:30:00.000000", "amount": self.paid[track], "status": 1, "result": 100}
        return paid | {"refNumber": int(track[-6:]), "cardNumber": "502229******5995", "message": "success"}


def _zarinpal_error(code: int) -> dict:
    return {"data": [], "errors": {"code": code, "message": "refused", "validations": []}}


@contextmanager
def running_bank():
    bank = Bank()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            bank.asked.append((self.path, body))
            status = bank.broken.get(self.path, 200)
            answer = json.dumps(bank.answer(self.path, body)) if status == 200 else "<html>bad gateway</html>"
            content = answer.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bank.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield bank
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
