"""A campaign's way to the operator and back, over TCP."""

from datetime import timedelta

import pytest
from django.db.models import Max, Min
from django.utils import timezone

from billing.selectors import balance
from messaging.models import Campaign, Chunk, Message, Receipt, Submission
from tests.messaging.delivery.bench import (
    FIRST,
    assert_explained,
    chunk_states,
    counts,
    statuses,
    wait_counts,
    wait_for,
)

CREDIT = 1_000_000_000


def test_every_recipient_is_delivered_once_and_the_balance_falls_by_the_quote(bench):
    smsc = bench.operator()
    campaign = bench.send(2500)
    assert balance(bench.account) == CREDIT - campaign.price
    bench.start()
    wait_counts(campaign, {"DELIVERED": 2500})
    finished = Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.FINISHED)
    wait_for(finished.exists)  # after the commit of its last chunk
    campaign.refresh_from_db()
    assert campaign.started_at is not None
    assert chunk_states(campaign) == {Chunk.State.DONE}
    sent = [submit.destination for submit in smsc.submits]
    assert sorted(sent) == [str(number) for number in range(FIRST, FIRST + 2500)]
    assert balance(bench.account) == CREDIT - campaign.price
    assert Submission.objects.count() == Receipt.objects.filter(message__isnull=False).count() == 2500
    assert_explained(campaign)


def test_what_leaves_is_the_text_from_the_line(bench):
    smsc = bench.operator()
    campaign = bench.send(1, text="سلام دنیا")
    bench.start()
    wait_counts(campaign, {"DELIVERED": 1})
    [submit] = smsc.submits
    assert (submit.source, submit.destination) == (bench.line.number, str(FIRST))
    assert submit.message.decode("utf-16-be") == "سلام دنیا"
    assert (submit.data_coding, submit.esm_class) == (8, 0)


def test_a_long_text_leaves_in_parts_and_settles_when_all_have(bench):
    smsc = bench.operator(shuffle_receipts=True)
    text = "پ" * 150
    campaign = bench.send(20, text=text)
    assert campaign.parts == 60
    bench.start()
    wait_counts(campaign, {"DELIVERED": 20})
    assert len(smsc.submits) == 60
    assert all(submit.esm_class & 0x40 for submit in smsc.submits)
    mine = sorted((s.message for s in smsc.submits if s.destination == str(FIRST)), key=lambda message: message[5])
    assert "".join(message[6:].decode("utf-16-be") for message in mine) == text
    assert [message[4] for message in mine] == [3, 3, 3]
    assert Message.objects.filter(campaign=campaign, submitted_at__isnull=False, final_at__isnull=False).count() == 20
    assert_explained(campaign)


def test_agreed_fates(bench):
    bench.operator(late_seconds=0.2)
    fates = {
        1: "UNDELIVERED", 2: "EXPIRED", 3: "REJECTED", 4: "DELIVERED", 5: "SUBMITTED", 6: "DELIVERED", 7: "DELIVERED",
        8: "DELIVERED", 9: "DELIVERED", 10: "DELIVERED", 11: "DELIVERED", 12: "REJECTED", 13: "REJECTED",
        14: "DELIVERED", 15: "UNDELIVERED", 16: "UNDELIVERED", 17: "DELIVERED",
    }  # fmt: skip
    base = 989_121_230_000
    campaign = bench.send_to([base + ending for ending in fates])
    bench.start()
    wait_counts(campaign, {"SUBMITTED": 1, "DELIVERED": 9, "UNDELIVERED": 3, "EXPIRED": 1, "REJECTED": 3})
    assert {number - base: status.name for number, status in statuses(campaign).items()} == fates
    price = campaign.price // len(fates)
    returned = dict(Message.objects.filter(campaign=campaign).values_list("msisdn", "returned"))
    assert {number - base: money for number, money in returned.items() if money} == {3: price, 12: price, 13: price}
    assert balance(bench.account) == CREDIT - campaign.price + 3 * price
    errors = dict(Message.objects.filter(campaign=campaign, error__isnull=False).values_list("msisdn", "error"))
    assert errors[base + 3] == "smpp:11"
    assert errors[base + 1] == "receipt:001"
    assert_explained(campaign)


@pytest.mark.parametrize(
    ("options", "id_base"),
    [
        ({"early_receipts": 1.0}, "same"),
        ({"duplicate_receipts": 1.0, "shuffle_receipts": True}, "same"),
        ({"late_receipts": 1.0, "late_seconds": 0.5}, "same"),
        ({"id_format": "hex", "receipt_id_format": "decimal", "receipt_tlvs": False}, "hex-dec"),
        ({"receipt_id_format": "hex", "receipt_tlvs": False}, "dec-hex"),
        ({"receipt_command": "data_sm"}, "same"),
    ],
)
def test_receipts_however_they_come(bench, options, id_base):
    bench.operator(**options)
    bench.gateway.id_base = id_base
    bench.gateway.save()
    campaign = bench.send(300)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 300})
    assert_explained(campaign)


def test_a_receipt_a_process_later_is_matched_through_the_table(bench):
    smsc = bench.operator(receipt_delay=1.5)
    campaign = bench.send(50)
    first = bench.start()
    wait_counts(campaign, {"SUBMITTED": 50})
    bench.stop(first)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 50})
    assert len(smsc.submits) == 50
    assert_explained(campaign)


def test_a_throttling_operator_gets_everything_once(bench):
    smsc = bench.operator(throughput=400.0)
    campaign = bench.send(600)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 600}, seconds=60)
    assert Submission.objects.filter(command_status=0x58).exists()
    assert len(smsc.submits) == len({submit.destination for submit in smsc.submits}) == 600
    assert balance(bench.account) == CREDIT - campaign.price
    assert_explained(campaign)


def test_passing_errors_are_tried_again_and_lasting_ones_returned(bench):
    smsc = bench.operator(error_rate=1.0)
    campaign = bench.send(3)
    engine = bench.start()
    wait_for(lambda: Message.objects.filter(campaign=campaign, attempts__gte=1).count() == 3)
    smsc.options.error_rate = 0.0
    wait_counts(campaign, {"DELIVERED": 3})
    assert balance(bench.account) == CREDIT - campaign.price
    bench.stop(engine)
    assert_explained(campaign)


def test_the_rate_of_a_gateway_is_kept(bench):
    """The two binds share it: 1,500 parts at 1,000 a second cannot be answered within less than the second they take
    after the first burst. Without the rate it takes a tenth of that; a slow machine only makes it longer."""
    bench.operator()
    bench.gateway.throughput = 1000
    bench.gateway.save()
    bench.start()
    bench.start()
    wait_for(lambda: bench.gateway.bind_rows.filter(state="bound").count() == 2)
    campaign = bench.send(1500)
    wait_counts(campaign, {"DELIVERED": 1500})
    took = Submission.objects.aggregate(seconds=Max("answered_at") - Min("answered_at"))["seconds"]
    assert took.total_seconds() >= 1.0
    assert set(Submission.objects.values_list("bind_number", flat=True)) == {1, 2}
    assert_explained(campaign)


def test_a_one_time_password_overtakes_a_campaign(bench):
    smsc = bench.operator()
    bench.gateway.throughput = 50
    bench.gateway.save()
    bulk = bench.send(500)
    bench.start()
    wait_for(lambda: len(smsc.submits) >= 20)
    before = len(smsc.submits)
    otp = bench.send(1, first=989_351_000_100, message_class=0)
    wait_for(lambda: any(submit.destination == "989351000100" for submit in smsc.submits))
    place = [submit.destination for submit in smsc.submits].index("989351000100")
    assert place - before < 50
    wait_counts(otp, {"DELIVERED": 1})
    assert counts(bulk)["QUEUED"] > 300


def test_campaigns_that_wait_together_take_turns(bench):
    smsc = bench.operator()
    large = bench.send(5000)
    small = bench.send(10, first=989_351_000_100)
    bench.start()
    wait_counts(small, {"DELIVERED": 10})
    wait_counts(large, {"DELIVERED": 5000})
    places = [place for place, submit in enumerate(smsc.submits) if submit.destination.startswith("98935")]
    assert max(places) < 2100


def test_outside_its_hours_a_line_holds_its_messages(bench):
    smsc = bench.operator()
    advertising = bench.line
    advertising.kind = "advertising"
    is_morning = timezone.localtime(timezone.now()).hour < 12
    advertising.sending_hours = "20:00-21:00" if is_morning else "04:00-05:00"
    advertising.save()
    held = bench.send(5)
    service = bench.send(5, line=_service_line(bench))
    bench.start()
    wait_counts(service, {"DELIVERED": 5})
    assert counts(held) == {"QUEUED": 5}
    assert len(smsc.submits) == 5


def test_past_its_validity_a_message_is_not_sent_and_comes_back(bench):
    smsc = bench.operator()
    campaign = bench.send(5, validity_minutes=1)
    campaign.chunks.update(expires_at=timezone.now() - timedelta(seconds=1))
    bench.start()
    wait_counts(campaign, {"EXPIRED": 5})
    assert smsc.submits == []
    assert balance(bench.account) == CREDIT
    assert_explained(campaign)


def _service_line(bench):
    from tests.factories import make_line

    return make_line(bench.account, kind="service")
