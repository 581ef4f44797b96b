"""A form that comes several times at once (double click, a repeated POST) makes one campaign."""

import uuid
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError
from django.utils import timezone

import messaging.services.once
from messaging.models import Campaign, Message
from messaging.services import compose_once
from tests.concurrency.together import run_together
from tests.factories import make_account, make_gateway, make_line, make_user

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


@pytest.fixture
def submissions():
    make_gateway()
    account = make_account()
    call = partial(
        compose_once,
        form_token=uuid.uuid4(),
        account=account,
        created_by=make_user(account=account),
        line=make_line(account, kind="service"),
        text="سلام",
        kind=Campaign.Kind.SIMPLE,
        typed="09121234567",
        now=timezone.now(),
    )
    return [call] * THREADS


def test_one_campaign_and_everybody_gets_it(submissions):
    outcomes = run_together(submissions)
    assert Campaign.objects.count() == 1
    assert Message.objects.count() == 1
    assert {outcome.pk for outcome in outcomes} == {Campaign.objects.get().pk}


def test_control_without_the_lock_the_others_get_an_error(submissions, monkeypatch):
    everyone_is_here = Barrier(THREADS)

    def look_first(form_token):
        Campaign.objects.filter(form_token=form_token).first()
        everyone_is_here.wait(30)

    monkeypatch.setattr(messaging.services.once, "wait_for_twin", look_first)
    outcomes = run_together(submissions)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == THREADS - 1
    assert Campaign.objects.count() == 1
