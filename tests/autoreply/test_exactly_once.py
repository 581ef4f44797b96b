"""Whatever is killed, and however many work at once: one message, one answer."""

from threading import Barrier, BrokenBarrierError

import pytest
from django.core.management import call_command

from autoreply import answering
from autoreply.answering import answer_some
from autoreply.models import Answer, Book, Outcome
from autoreply.tasks import answer
from billing.models import Wallet
from credit.services import check_ledger
from messaging.models import Campaign, Message
from tests.autoreply.conftest import NOW, Responder
from tests.concurrency.together import run_together


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_workers_at_once_answer_once(monkeypatch, locked):
    responder = Responder()
    responder.rule("قیمت")
    pks = [responder.receive("قیمت", f"98912555000{n}") for n in range(3)]
    decide, both_are_there = answering.decide, Barrier(2, timeout=3)

    def wait_for_the_other(*args, **kwargs):
        try:
            both_are_there.wait()
        except BrokenBarrierError:
            assert locked, "without the lock both must have come here"
        decide(*args, **kwargs)

    monkeypatch.setattr(answering, "decide", wait_for_the_other)
    if not locked:  # the control: both workers read the same waiting rows, and both answer them
        monkeypatch.setattr(answering, "_lock", lambda pk: Book.objects.select_related("account").get(pk=pk))
    served = run_together([lambda: answer_some(now=NOW)] * 2)
    assert sorted(served) == ([0, 1] if locked else [1, 1])
    assert Message.objects.count() == (3 if locked else 6)
    assert [responder.outcome(pk)[0] for pk in pks] == ["ANSWERED"] * 3


@pytest.mark.parametrize("step", ["decide", "send_replies", "_mark"])
def test_what_is_cut_off_half_way_leaves_nothing_behind_and_is_answered_later(responder, monkeypatch, step):
    """A worker that dies takes its transaction with it; an exception at the same place does the same."""

    class Killed(BaseException):
        pass

    responder.rule("قیمت")
    pk = responder.receive("قیمت")
    real = getattr(answering, step)

    def die(*args, **kwargs):
        real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(answering, step, die)
    with pytest.raises(Killed):
        answer_some(now=NOW)
    assert (Campaign.objects.count(), Message.objects.count()) == (0, 0)
    assert Wallet.objects.get(account=responder.account).balance == 1_000_000
    assert Answer.objects.get(pk=pk).outcome == Outcome.WAITING
    monkeypatch.setattr(answering, step, real)
    answer()  # what beat asks for every few seconds
    assert responder.outcome(pk) == ("ANSWERED", "پاسخ")
    answer()
    assert Message.objects.count() == 1
    assert list(check_ledger()) == []


@pytest.mark.django_db(transaction=True)
def test_the_nudge_comes_after_the_commit(monkeypatch):
    from autoreply import tasks

    asked = []
    monkeypatch.setattr(tasks.answer, "apply_async", lambda **options: asked.append(Answer.objects.count()))
    responder = Responder()
    responder.rule("قیمت")
    responder.receive("قیمت")
    assert asked == [1]
    call_command("check_ledger")
