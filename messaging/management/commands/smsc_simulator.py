"""``manage.py smsc_simulator``: a simulated operator for demonstrations, tests and the bench (docs/simulator.md)."""

import asyncio
import json
import signal
from dataclasses import fields
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from messaging.smpp.simulator import Options
from messaging.smpp.simulator.control import Control
from messaging.smpp.simulator.server import Smsc

_HELP = {
    "system_id": "the only system_id that may bind (anybody may when it is left out)",
    "password": "its password",
    "max_binds": "binds at once (0: as many as come)",
    "throughput": "parts a second; RTHROTTLED above it (0: no cap)",
    "throttle_rate": "share answered RTHROTTLED",
    "error_rate": "share answered with --error-status",
    "error_status": "the command_status of errors, as a number",
    "drop_answers": "share taken but never answered",
    "receipt_delay": "seconds from the answer to the receipt",
    "drop_receipts": "share that never gets a receipt",
    "early_receipts": "share whose receipt comes before the answer",
    "late_receipts": "share whose receipt comes late",
    "late_seconds": "how late, in seconds",
    "duplicate_receipts": "share whose receipt comes twice",
    "undelivered_rate": "share whose receipt says UNDELIV",
    "shuffle_receipts": "send receipts in any order",
    "id_format": "of the id in submit_sm_resp: decimal or hex",
    "receipt_id_format": "of the id in the receipt's text: same, decimal or hex",
    "receipt_tlvs": "leave receipted_message_id and message_state out of receipts",
    "receipt_command": "deliver_sm or data_sm",
    "deliver_window": "deliver_sm without an acknowledgement at once, for each bind",
    "fates": "give no number an agreed fate",
    "silent": "answer nothing at all",
    "read_pause": "seconds of rest after every read (a slow reader)",
    "cut_after": "cut each connection after so many submits",
    "cut_mid_pdu": "and leave half an answer on the wire",
    "watch": "keep the moment at which submits to numbers that begin so are taken",
}


class Command(BaseCommand):
    help = "Runs a simulated operator (SMSC). Prints one line of JSON with its ports, then serves until it is stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=0, help="port to listen on (0: any free one)")
        parser.add_argument("--control-port", type=int, default=0, help="HTTP control port on loopback (0: any)")
        parser.add_argument("--latency-ms", type=float, default=0.0, help="milliseconds before each answer")
        parser.add_argument("--receipts-file", type=Path, help="keeps receipts not yet acknowledged over a restart")
        parser.add_argument("--seed", type=int, help="makes what is left to chance repeatable")
        for option in fields(Options):
            if option.name == "latency":
                continue
            name, words = "--" + option.name.replace("_", "-"), _HELP[option.name]
            if option.default is True:
                parser.add_argument(name.replace("--", "--no-"), dest=option.name, action="store_false", help=words)
            elif option.default is False:
                parser.add_argument(name, action="store_true", help=words)
            else:
                kind = int if isinstance(option.default, int) else type(option.default)
                parser.add_argument(name, type=kind, default=option.default, help=words)

    def handle(self, **given):
        names = [option.name for option in fields(Options) if option.name != "latency"]
        try:
            options = Options(latency=given["latency_ms"] / 1000, **{name: given[name] for name in names})
        except ValueError as error:
            raise CommandError(str(error)) from None
        try:
            asyncio.run(self._serve(Smsc(options, seed=given["seed"]), given))
        except OSError as error:
            raise CommandError(f"cannot listen: {error.strerror or error}") from None

    async def _serve(self, smsc, given):
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        _bring_back(smsc, given["receipts_file"])
        port = await smsc.start(given["host"], given["port"])
        control = Control(smsc)
        control_port = await control.start(given["control_port"])
        self.stdout.write(json.dumps({"port": port, "control_port": control_port}))
        self.stdout.flush()
        await stopped.wait()
        await control.close()
        await smsc.close()
        _put_away(smsc, given["receipts_file"])


def _bring_back(smsc: Smsc, path: Path | None) -> None:
    if path is None or not path.exists():
        return
    with path.open() as file:
        for line in file:
            customer, command, body = json.loads(line)
            smsc.deliver([(command, bytes.fromhex(body))], customer)
    path.unlink()


def _put_away(smsc: Smsc, path: Path | None) -> None:
    if path is None:
        return
    part = path.with_suffix(".part")
    with part.open("w") as file:
        for customer, command, body in smsc.undelivered():
            file.write(json.dumps([customer, command, body.hex()]) + "\n")
    part.replace(path)
