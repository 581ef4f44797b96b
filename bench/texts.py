"""Texts that differ: placeholders from a file's columns and the phonebook, and peer to peer with times (2.3, 2.5)."""

import resource
import statistics
import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from bench.plan import _chunks, _forget, copy_by_hand
from bench.table import Row

TEMPLATE = "سلام {first_name|مشترک} عزیز، مبلغ {amount} ریال از حساب شما برداشت شد."
MINUTES = 1_000  # different times in the file


def measure(stage, options) -> list[Row]:
    from messaging.models import Gateway, Route

    gateway = Gateway.objects.create(name="texts", host="127.0.0.1", port=1, system_id="bench", is_enabled=True)
    Route.objects.create(gateway=gateway)
    rows = []
    for name, make in (("merged from a file", _merged), (f"of a file at {MINUTES:,} times", _peer_to_peer)):
        mine, its = [], []
        for run in range(options.runs + 1):
            seconds, campaign = _planned(make, stage, options.rows)
            yardstick = copy_by_hand(stage, *_chunks(campaign))
            _forget(campaign)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{name} {run or 'warm-up'}: {seconds:.2f} s, COPY {yardstick:.2f} s, peak {peak} MB", flush=True)
            if run:
                mine.append(seconds)
                its.append(yardstick)
        print(f"{name}: median {statistics.median(mine):.2f} s")
        rows.append(Row(f"plan {options.rows:,} texts {name}", options.rows, mine, "bare COPY of the same rows", its))
    Route.objects.all().delete()
    return rows


def _planned(make, stage, rows: int):
    from messaging import services
    from messaging.models import Campaign

    campaign = make(stage, rows)
    began = time.perf_counter()
    services.plan(campaign.pk, now=timezone.now())
    seconds = time.perf_counter() - began
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert (campaign.state, campaign.recipients) == ("review", rows), (campaign.state, campaign.problem)
    return seconds, campaign


def _merged(stage, rows: int):
    """Half of the names are in the file; the amounts are all there."""
    lines = (f"09{120_000_000 + 7 * n:09},{'' if n % 2 else 'مریم'},{n}\n" for n in range(rows))
    upload = _file(stage, f"merged-{rows}.csv", "mobile,first_name,amount\n", lines)
    fields = {"text": TEMPLATE, "kind": "advanced", "sources": {"column": 0, "placeholders": True}}
    return _campaign(stage, upload, **fields)


def _peer_to_peer(stage, rows: int):
    begins = timezone.now() + timedelta(days=1)
    times = [f"{begins + timedelta(minutes=minute):%Y-%m-%d %H:%M}" for minute in range(MINUTES)]
    lines = (f"09{120_000_000 + 7 * n:09},سفارش {n} شما ارسال شد,{times[n * 7 % MINUTES]}\n" for n in range(rows))
    upload = _file(stage, f"p2p-{rows}.csv", "mobile,text,time\n", lines)
    return _campaign(stage, upload, kind="p2p", sources={"columns": {"number": 0, "text": 1, "time": 2}})


def _campaign(stage, upload, **fields):
    from messaging.models import Campaign

    return Campaign.objects.create(
        account=stage.account, line=stage.line, state=Campaign.State.PLANNING, upload=upload, **fields
    )


def _file(stage, name: str, header: str, lines):
    from messaging.models import Upload

    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / f"bench-{name}"
    path.write_text(header + "".join(lines), encoding="utf-8")
    columns = [{"name": column, "example": ""} for column in header.strip().split(",")]
    return Upload.objects.create(
        account=stage.account, path=path.name, filename=name, size=path.stat().st_size, columns=columns
    )
