"""What the demo business sent in the last weeks: through the same services, and settled as a bind settles it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from accounts.models import Account, User
from messaging.delivery.intake import Batch, ReceiptRow
from messaging.delivery.writer import finish_campaigns, write
from messaging.lifecycle import News, move
from messaging.models import Campaign, Chunk, Message, MessageClass, Status
from messaging.services import send
from messaging.smpp.errors import Status as Answer
from messaging.smpp.receipts import MessageState
from numbers.models import Line

# Of a thousand messages these get such a receipt: the first row whose limit lies above the draw.
RECEIPTS = (
    (30, MessageState.UNDELIVERABLE, "001"),
    (42, MessageState.EXPIRED, "027"),
    (1000, MessageState.DELIVERED, ""),
)
REFUSED_OF_THOUSAND = 8
WORDS = {MessageState.DELIVERED: "DELIVRD", MessageState.EXPIRED: "EXPIRED", MessageState.UNDELIVERABLE: "UNDELIV"}


def sent(
    *,
    account: Account,
    by: User,
    line: Line,
    text: str,
    recipients: Sequence[int],
    title: str,
    at: datetime,
    random: Random,
    kind: str = Campaign.Kind.SIMPLE,
    message_class: int = MessageClass.BULK,
) -> Campaign:
    """A campaign of the past: planned, charged, handed over at ``at`` and settled within minutes."""
    campaign = send(
        account=account,
        created_by=by,
        line=line,
        text=text,
        recipients=recipients,
        title=title,
        kind=kind,
        message_class=message_class,
        now=at,
    )
    done_at = at
    for chunk in Chunk.objects.filter(campaign=campaign):
        batch, ended_at = _answers(chunk, line, at, random)
        write(batch, gateway_id=chunk.gateway_id, bind_number=1, now=ended_at)
        Chunk.objects.filter(pk=chunk.pk).update(state=Chunk.State.DONE, cursor=chunk.pk * Chunk.SIZE + chunk.size - 1)
        done_at = max(done_at, ended_at)
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.RUNNING, started_at=at)
    finish_campaigns({campaign.pk}, now=done_at)
    return campaign


def _answers(chunk: Chunk, line: Line, at: datetime, random: Random) -> tuple[Batch, datetime]:
    """What the operator answered and reported for a chunk, as a bind would have gathered it."""
    batch = Batch()
    first = chunk.pk * Chunk.SIZE
    last_at = at
    messages = list(Message.objects.filter(pk__range=(first, first + chunk.size - 1)).order_by("pk"))
    move([News(message.pk, Status.SUBMITTING, at) for message in messages])
    for message in messages:
        sent_at = at + timedelta(milliseconds=random.randrange(200, 9000))
        if random.randrange(1000) < REFUSED_OF_THOUSAND:
            refusal = int(Answer.ESME_RINVDSTADR)
            batch.submissions.append((message.pk, 0, 0, refusal, "", sent_at))
            batch.tell(News(message.pk, Status.REJECTED, sent_at, f"smpp:{refusal}"))
            continue
        batch.tell(News(message.pk, Status.SUBMITTED, sent_at))
        draw = random.randrange(1000)
        state, error = next((state, error) for limit, state, error in RECEIPTS if draw < limit)
        for part in range(message.parts):
            done_at = sent_at + timedelta(seconds=random.randrange(2, 240))
            last_at = max(last_at, done_at)
            smsc_id = f"{message.pk}{part}"
            batch.submissions.append((message.pk, part, 0, 0, smsc_id, sent_at))
            batch.receipts.append(_receipt(message, part, line, smsc_id, state, error, sent_at, done_at))
    return batch, last_at


def _receipt(message, part, line, smsc_id, state, error, sent_at, done_at) -> ReceiptRow:
    times = f"submit date:{sent_at:%y%m%d%H%M} done date:{done_at:%y%m%d%H%M}"
    raw = f"id:{smsc_id} sub:001 dlvrd:001 {times} stat:{WORDS[state]} err:{error or '000'}"
    return ReceiptRow(
        smsc_id=smsc_id,
        state=int(state),
        error=error,
        source=str(message.msisdn),
        destination=line.number,
        raw=raw,
        at=done_at,
        message_id=message.pk,
        part=part,
        parts=message.parts,
    )
