"""A one-time password, from its POST to its submit_sm, while a campaign runs on the same bind; beside an idle bind."""

import http.client
import json
import threading
import time
from statistics import median

from bench.http_load import Connection
from bench.post import TEXT, request_of
from bench.stage import wait_until
from bench.table import Wait

WATCHED = "98919"  # the campaign's numbers begin otherwise
EVERY_SECONDS = 0.05
CAP = 50  # parts a second, also of the one-time passwords


def measure(stage, options) -> list[Wait]:
    """``runs`` campaigns of ``rows`` messages at full speed, then one on a bind held to `CAP` parts a second."""
    from messaging.models import Gateway, Route
    from webservice.services import create_key

    port, control_port = stage.controlled_simulator("--watch", WATCHED)
    gateway = Gateway.objects.create(
        name="otp", host="127.0.0.1", port=port, system_id="bench", window=options.window, binds=1
    )
    Route.objects.create(gateway=gateway)
    _key, secret = create_key(account=stage.account, name="bench", scopes=["send"])
    web = stage.web("smsplatform.wsgi:application", API_RATE_PER_MINUTE=str(10**9))
    stage.binds(gateway, 1)
    wait_until(lambda: gateway.bind_rows.filter(state="bound").exists(), seconds=30)
    sender = Sender(web, secret, control_port)
    sender.send(5, every=EVERY_SECONDS)  # the first request of a process pays for its imports
    idle = sender.send(100, every=EVERY_SECONDS)
    busy: list[float] = []
    for run in range(options.runs):
        waits = _while_a_campaign_runs(stage, sender, options.rows)
        print(f"otp {run + 1}: {len(waits)}, median {median(waits):.0f} ms, longest {max(waits):.0f} ms", flush=True)
        busy += waits
    capped = _capped(stage, gateway, sender)
    stage.stop_processes()
    yardstick = "the same, nothing else under way"
    return [
        Wait(f"otp, POST → submit_sm, beside a campaign of {options.rows:,} on its bind", busy, yardstick, idle),
        Wait(f"otp, POST → submit_sm, the bind held to {CAP} parts/s and a campaign waiting", capped, yardstick, idle),
    ]


class Sender:
    """Posts one-time passwords over one connection and asks the operator when each of them came."""

    def __init__(self, port: int, secret: str, control_port: int):
        self._request = request_of(secret, {"to": "989120000000", "text": TEXT, "class": "otp"})
        self._port = port
        self._control_port = control_port
        self._next = int(WATCHED + "0000000")

    def send(self, most: int, *, every: float, until=lambda: False) -> list[float]:
        """Milliseconds from each POST's first octet to its submit_sm at the operator; at most ``most``, until a
        condition holds."""
        connection = Connection(self._port)
        posted: dict[str, float] = {}
        while len(posted) < most and not until():
            number = str(self._next)
            self._next += 1
            posted[number] = time.time()
            connection.ask(self._request.replace(b"989120000000", number.encode()))
            while (answer := connection.read()) is None:
                pass
            assert answer.startswith(b"HTTP/1.1 201"), answer
            time.sleep(every)
        connection.socket.close()
        came: dict[str, float] = {}

        def all_came() -> bool:
            came.update(self._watched())
            return posted.keys() <= came.keys()

        wait_until(all_came, seconds=60, every=0.5)
        return [1000 * (came[number] - at) for number, at in posted.items()]

    def _watched(self) -> list:
        control = http.client.HTTPConnection("127.0.0.1", self._control_port, timeout=60)
        control.request("GET", "/watched")
        answer = json.loads(control.getresponse().read())
        control.close()
        return answer


def _while_a_campaign_runs(stage, sender: Sender, rows: int) -> list[float]:
    from messaging.counts import counts_of
    from messaging.models import Status

    campaign = _started(stage, rows)
    over = threading.Event()

    def watch() -> None:
        from django.db import connection

        wait_until(
            lambda: counts_of([campaign.pk])[campaign.pk].get(Status.QUEUED, 0) == 0, seconds=max(120, rows / 500)
        )
        over.set()
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    waits = sender.send(10**6, every=EVERY_SECONDS, until=over.is_set)
    watcher.join()
    wait_until(
        lambda: counts_of([campaign.pk])[campaign.pk].get(Status.DELIVERED) == rows, seconds=max(120, rows / 500)
    )
    return waits


def _capped(stage, gateway, sender: Sender) -> list[float]:
    """Ten a second beside a campaign that would take an hour, at the bind's `CAP`; then the campaign is cancelled."""
    from django.utils import timezone

    from messaging import services

    gateway.throughput = CAP
    gateway.save(update_fields=["throughput"])
    campaign = _started(stage, 100_000)
    time.sleep(5)  # the session begins anew with its cap, and the campaign fills it
    waits = sender.send(200, every=0.1)
    services.cancel(campaign=campaign, by=None, now=timezone.now())
    return waits


def _started(stage, rows: int):
    from django.utils import timezone

    from messaging import services
    from messaging.models import Campaign

    campaign = stage.campaign(rows)
    services.plan(campaign.pk, now=timezone.now())
    campaign = Campaign.objects.get(pk=campaign.pk)
    return services.confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=0)
