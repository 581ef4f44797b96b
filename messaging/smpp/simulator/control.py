"""A small HTTP door to a running simulator, for other processes on the same machine (it listens on loopback only).

GET /stats → counts; GET /submits → the last accepted submits; GET /watched → [number, seconds since 1970] of those that
are watched; GET /options → the options; POST /options {name: value};
POST /mo {"source", "destination", "text"}, or {"messages": [such, …]};
POST /cut; POST /unbind. All JSON; errors are 4xx with {"error": sentence}.
"""

import asyncio
import json
from dataclasses import asdict
from http import HTTPStatus

from messaging.smpp.pdu import InvalidField
from messaging.smpp.simulator.server import Smsc

_LONGEST_BODY = 1_000_000


class _Refused(Exception):
    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


class Control:
    def __init__(self, smsc: Smsc):
        self._smsc = smsc
        self._server = None
        self._routes = {
            ("GET", "/stats"): lambda _: smsc.stats(),
            ("GET", "/options"): lambda _: asdict(smsc.options),
            ("GET", "/submits"): lambda _: [_as_json(submit) for submit in smsc.recent()],
            ("GET", "/watched"): lambda _: list(smsc.watched),
            ("POST", "/options"): self._set_options,
            ("POST", "/mo"): self._send_mo,
            ("POST", "/cut"): lambda _: smsc.cut() or {},
            ("POST", "/unbind"): lambda _: smsc.unbind() or {},
        }

    async def start(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            status, answer = await self._answer(reader)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.close()
            return
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        try:
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _answer(self, reader):
        try:
            method, path, body = await _read_request(reader)
            route = self._routes.get((method, path))
            if route is None:
                raise _Refused(HTTPStatus.NOT_FOUND, f"there is no {method} {path}")
            return HTTPStatus.OK, route(body)
        except _Refused as refusal:
            return refusal.status, {"error": str(refusal)}
        except (ValueError, InvalidField) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}

    def _set_options(self, values):
        self._smsc.options.update(values)
        return asdict(self._smsc.options)

    def _send_mo(self, values):
        return {"parts": sum(self._smsc.send_mo(*_fields(one)) for one in values.get("messages", [values]))}


def _fields(values):
    try:
        return [str(values[name]) for name in ("source", "destination", "text")]
    except KeyError as error:
        raise _Refused(HTTPStatus.BAD_REQUEST, f"{error.args[0]} is missing") from None


async def _read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3:
        raise _Refused(HTTPStatus.BAD_REQUEST, "that is not HTTP")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _LONGEST_BODY:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
    raw = await reader.readexactly(int(length))
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise _Refused(HTTPStatus.BAD_REQUEST, "the body must be a JSON object")
    return words[0], words[1].partition("?")[0], body


def _as_json(submit):
    fields = submit._asdict()
    fields["message"] = submit.message.hex()
    fields["tlvs"] = {f"0x{tag:04X}": value.hex() for tag, value in submit.tlvs.items()}
    return fields
