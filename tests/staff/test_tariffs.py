"""The tariff editor: drafts, previews, publishing; what was priced keeps its price."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from credit.models import AccountPlan, Tariff, TariffPlan, TariffRevision
from credit.pricing import in_force, next_change, prices
from credit.purchasing import offer_messages, steps
from credit.tariffs import (
    PriceRow,
    TariffRefused,
    draft_of,
    drop_draft,
    fingerprint,
    publish,
    withdraw,
    write_draft,
)
from messaging.models import Campaign, Message, Route
from messaging.services import confirm
from numbers.models import Operator
from staff.selectors.tariff_effects import changes, effects, samples
from tests.factories import (
    make_account,
    make_campaign,
    make_confirmed,
    make_gateway,
    make_line,
    make_plan,
    make_user,
)
from tests.pages import client_of, staff_client

pytestmark = pytest.mark.django_db
LIST = "/staff/tariffs/"
PERSIAN = {"price_per_part": 100}
LATIN = {"language": "en", "price_per_part": 240}


@pytest.fixture
def plan():
    return make_plan(PERSIAN, LATIN, minimum_messages=0)


@pytest.fixture
def account(plan):
    account = make_account(credit=1_000_000)
    AccountPlan.objects.create(account=account, plan=plan)
    return account


def draft_with(plan, persian: int, latin: int = 240, **words):
    draft = draft_of(plan=plan, by=None, now=timezone.now())
    rows = [PriceRow("advertising", None, "", "fa", persian), PriceRow("advertising", None, "", "en", latin)]
    words = {"minimum_messages": 0, "note": "", "edits": draft.edits, "by": None} | words
    return write_draft(draft=draft, rows=rows, **words)


def published(draft, *, at=None, now=None):
    now = now or timezone.now()
    return publish(draft=draft, effective_from=at, seen=fingerprint(draft, now), by=None, now=now)


def long_ago(campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(confirmed_at=timezone.now() - timedelta(days=31))


def persian_price(account, at) -> int:
    table = prices(account=account, line=make_line(account), at=at)
    return table[Operator.objects.get(code="mci").pk][8].per_part


def test_a_draft_is_a_copy_and_nobody_pays_by_it(account, plan):
    draft = draft_of(plan=plan, by=None, now=timezone.now())
    assert sorted(draft.tariffs.values_list("language", "price_per_part")) == [("en", 240), ("fa", 100)]
    assert draft_of(plan=plan, by=None, now=timezone.now()) == draft
    draft_with(plan, 999)
    assert persian_price(account, timezone.now()) == 100


def test_prices_hold_from_a_full_minute_on_and_not_before(account, plan):
    now = timezone.now()
    revision = published(draft_with(plan, 150), now=now)
    begins = revision.effective_from
    assert (begins.second, begins.microsecond) == (0, 0)
    assert timedelta(minutes=1) <= begins - now < timedelta(minutes=2)
    assert next_change(now) == begins
    assert persian_price(account, begins - timedelta(microseconds=1)) == 100
    assert persian_price(account, begins) == 150
    assert in_force(plan, now).number == 1


def test_the_steps_of_buying_follow_the_revision(account, plan):
    now = timezone.now()
    revision = published(draft_with(plan, 150, minimum_messages=500), now=now)
    assert offer_messages(account=account, messages=10_000, now=now).price == 100
    after = revision.effective_from
    assert offer_messages(account=account, messages=10_000, now=after).price == 150
    other = make_account()
    assert [step.minimum for step in steps(other, after) if step.plan == plan] == [500]


def test_a_quote_is_sent_at_its_price_after_the_prices_have_changed(account, plan):
    make_gateway()
    line = make_line(account)
    quoted = make_campaign(account, line, ["09121234567"])
    revision = published(draft_with(plan, 7_000))
    later = revision.effective_from + timedelta(minutes=1)
    confirm(campaign=quoted, by=None, now=later, hold_seconds=0)
    assert Message.objects.get().price == 100
    assert account.reservations.get().charged == 100
    dearer = make_campaign(account, line, ["09121234567"], now=later)
    assert dearer.price == 7_000


def test_what_was_published_is_never_changed_whoever_asks(plan):
    revision = plan.revisions.get()
    attempts = [
        lambda: Tariff.objects.filter(revision=revision).update(price_per_part=1),
        lambda: Tariff.objects.filter(revision=revision).delete(),
        lambda: revision.tariffs.create(line_kind="service", language="fa", price_per_part=1),
        lambda: TariffRevision.objects.filter(pk=revision.pk).update(effective_from=timezone.now()),
        lambda: TariffRevision.objects.filter(pk=revision.pk).update(state="draft"),
        lambda: TariffRevision.objects.filter(pk=revision.pk).update(state="withdrawn"),
        lambda: TariffRevision.objects.filter(pk=revision.pk).delete(),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert sorted(revision.tariffs.values_list("price_per_part", flat=True)) == [100, 240]


def test_what_has_not_begun_can_be_withdrawn_and_what_has_cannot(account, plan):
    now = timezone.now()
    revision = published(draft_with(plan, 150), at=now + timedelta(hours=1), now=now)
    begins = revision.effective_from
    with pytest.raises(TariffRefused):
        withdraw(revision=revision, by=None, now=begins)
    assert withdraw(revision=revision, by=None, now=now).state == "withdrawn"
    assert persian_price(account, begins + timedelta(days=1)) == 100
    with pytest.raises(TariffRefused):
        withdraw(revision=revision, by=None, now=now)


@pytest.mark.parametrize("minutes", [-60, 0, 60 * 24 * 400])
def test_a_time_that_cannot_be_is_refused(plan, minutes):
    draft, now = draft_with(plan, 150), timezone.now()
    with pytest.raises(TariffRefused) as refusal:
        published(draft, at=now + timedelta(minutes=minutes), now=now)
    assert refusal.value.field == "effective_from"
    assert plan.revisions.get(state="draft") == draft


def test_two_revisions_never_begin_at_one_minute(plan):
    now = timezone.now()
    at = now + timedelta(hours=1)
    published(draft_with(plan, 150), at=at, now=now)
    with pytest.raises(TariffRefused):
        published(draft_with(plan, 160), at=at, now=now)


def test_what_was_not_previewed_is_not_published(plan):
    draft, now = draft_with(plan, 150), timezone.now()
    seen = fingerprint(draft, now)
    draft_with(plan, 9)
    with pytest.raises(TariffRefused):
        publish(draft=draft, effective_from=None, seen=seen, by=None, now=now)
    assert plan.revisions.filter(state="published").count() == 1


def test_the_second_editor_of_a_draft_loses_nothing_of_the_first(plan):
    draft = draft_of(plan=plan, by=None, now=timezone.now())
    draft_with(plan, 150, edits=draft.edits)
    with pytest.raises(TariffRefused):
        draft_with(plan, 160, edits=draft.edits)
    assert set(plan.revisions.get(state="draft").tariffs.values_list("price_per_part", flat=True)) == {150, 240}


def test_an_empty_draft_and_doubled_rows_are_refused(plan):
    draft = draft_of(plan=plan, by=None, now=timezone.now())
    row = PriceRow("service", None, "", "fa", 1)
    asked = {"draft": draft, "minimum_messages": None, "note": "", "by": None}
    with pytest.raises(TariffRefused):
        write_draft(rows=[row, PriceRow("service", None, "", "fa", 2)], edits=0, **asked)
    write_draft(rows=[], edits=0, **asked)
    draft.refresh_from_db()
    with pytest.raises(TariffRefused):
        published(draft)
    drop_draft(draft=draft, by=None)
    assert plan.revisions.get().state == "published"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("race", ["begin", "publish", "write"])
def test_staff_at_the_same_moment_make_one_of_it(race):
    plan, now = make_plan(PERSIAN, LATIN), timezone.now()
    draft = draft_with(plan, 150) if race != "begin" else None
    seen = draft and fingerprint(draft, now)

    def work(place: int) -> str:
        try:
            if race == "begin":
                return f"draft {draft_of(plan=plan, by=None, now=now).pk}"
            if race == "publish":
                publish(draft=draft, effective_from=None, seen=seen, by=None, now=now)
            else:
                write_draft(draft=draft, rows=[PriceRow("service", None, "", "fa", place)], minimum_messages=None,
                            note="", edits=draft.edits, by=None)  # fmt: skip
            return "done"
        except TariffRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    if race == "begin":
        assert len(set(results)) == 1
        assert plan.revisions.filter(state="draft").count() == 1
    else:
        assert sorted(results) == ["done", *["refused"] * 7]


class TestEffects:
    def test_changed_rows_and_samples(self, plan):
        draft = draft_with(plan, 150)
        present = in_force(plan, timezone.now())
        change = changes(present, draft)[0]
        assert len(changes(present, draft)) == 1
        assert (change.before.per_part, change.after.per_part, change.is_dearer) == (100, 150, True)
        found = [one for one in samples(present, draft) if one.kind_label == "تبلیغاتی" and one.operator.code == "mci"]
        assert [(one.parts, one.before, one.after) for one in found] == [(1, 100, 150), (3, 300, 450), (1, 240, 240)]
        assert {one.after for one in samples(present, draft) if one.kind_label != "تبلیغاتی"} == {None}

    def test_the_months_traffic_its_cost_and_its_margin(self, account, plan):
        make_gateway()
        Route.objects.update(cost=60)
        mci = Operator.objects.get(code="mci")
        line = make_line(account)
        make_confirmed(account, line, ["09121234567", "09121234568"], text="س" * 71)  # 4 parts to the first operator
        make_confirmed(account, line, ["09351234567"], text="Hello")
        long_ago(make_confirmed(account, line, ["09121234569"]))
        make_confirmed(make_account(credit=10_000), make_line(None, kind="shared"), ["09121234567"])  # another plan
        found, total = effects(in_force(plan, timezone.now()), draft_with(plan, 90, 300), now=timezone.now())
        effect = found[0]
        assert [one.account for one in found] == [account]
        assert (effect.parts, effect.charged, effect.before, effect.after) == (5, 640, 640, 660)
        assert (effect.cost, effect.margin_before, effect.margin_after) == (300, 340, 360)
        assert (total.difference, total.parts_without_cost, total.unpriced) == (20, 0, 0)

        Route.objects.create(
            gateway=Route.objects.get().gateway, operator=mci
        )  # goes first, and nobody has said what it costs
        draft = plan.revisions.get(state="draft")
        _found, total = effects(in_force(plan, timezone.now()), draft, now=timezone.now())
        assert (total.parts_costed, total.parts_without_cost, total.cost) == (1, 4, 60)
        assert (total.margin_before, total.margin_after) == (180, 240)

    def test_routes_that_share_cost_their_weighted_mean(self, account, plan):
        for weight, cost in ((1, 50), (3, 10)):
            Route.objects.filter(gateway=make_gateway()).update(weight=weight, cost=cost)
        make_confirmed(account, make_line(account), ["09121234567"])
        assert effects(in_force(plan, timezone.now()), draft_with(plan, 90), now=timezone.now())[1].cost == 20

    def test_of_the_default_plan_every_account_without_one_is_touched(self, account):
        make_gateway()
        other = make_account(credit=100_000)
        make_confirmed(other, make_line(other), ["09121234567"])
        make_confirmed(account, make_line(account), ["09121234567"])
        default = TariffPlan.objects.get(is_default=True)
        draft = draft_of(plan=default, by=None, now=timezone.now())
        found, _total = effects(in_force(default, timezone.now()), draft, now=timezone.now())
        assert [one.account for one in found] == [other]


class TestPages:
    def test_from_the_list_to_published(self, plan, account):
        client = staff_client()
        assert plan.name in client.get(LIST).content.decode()
        edit = client.post(f"{LIST}{plan.pk}/draft/")["Location"]
        page = client.get(edit)
        form = self.written(page)
        form["rows-0-price"] = "۱۵۰" if form["rows-0-language"] == "fa" else form["rows-0-price"]
        form["rows-1-price"] = "150" if form["rows-1-language"] == "fa" else form["rows-1-price"]
        form |= {"rows-2-line_kind": "service", "rows-2-language": "fa", "rows-2-price": "1,200", "note": "سال نو"}
        preview = client.post(edit, form)["Location"]
        shown = client.get(preview)
        assert "150" in shown.content.decode()
        assert "1,200" in shown.content.decode()
        assert client.get(preview.replace("preview", "traffic")).status_code == 200
        seen = shown.context["form"]["seen"].value()
        done = client.post(preview.replace("preview", "publish"), {"seen": seen, "effective_from": ""}, follow=True)
        assert done.redirect_chain[-1][0] == f"{LIST}{plan.pk}/"
        revision = plan.revisions.get(number=2)
        assert (revision.state, revision.note, revision.tariffs.count()) == ("published", "سال نو", 3)
        entry = AuditEntry.objects.filter(action="tariff.published").latest("id")
        assert (entry.user, entry.details["rows"]) == (revision.published_by, 3)
        client.post(f"{LIST}revisions/{revision.pk}/withdraw/")
        revision.refresh_from_db()
        assert revision.state == "withdrawn"

    @staticmethod
    def written(page) -> dict:
        """What the browser sends back of the page of a draft."""
        rows, form = page.context["rows"], page.context["form"]
        data = {"rows-TOTAL_FORMS": len(rows.forms), "rows-INITIAL_FORMS": rows.initial_form_count()}
        data |= {bound.html_name: bound.value() for bound in form if bound.value() is not None}
        for row in rows.forms[: rows.initial_form_count()]:
            data |= {bound.html_name: bound.value() for bound in row if bound.value() not in {None, False}}
        return data

    def test_a_wrong_row_is_said_and_nothing_is_lost(self, plan):
        client, draft = staff_client(), draft_of(plan=plan, by=None, now=timezone.now())
        page = f"{LIST}revisions/{draft.pk}/edit/"
        form = self.written(client.get(page)) | {"rows-0-price": "abc", "rows-1-prefix_family": "x1"}
        answer = client.post(page, form)
        assert answer.status_code == 422
        assert "abc" in answer.content.decode()
        assert "Write digits such as 1000 or 021" in answer.content.decode()
        assert sorted(draft.tariffs.values_list("price_per_part", flat=True)) == [100, 240]

    def test_a_row_whose_price_is_emptied_goes(self, plan):
        client, draft = staff_client(), draft_of(plan=plan, by=None, now=timezone.now())
        page = f"{LIST}revisions/{draft.pk}/edit/"
        form = self.written(client.get(page)) | {"rows-0-price": "", "more": "1"}
        assert client.post(page, form)["Location"] == page
        assert draft.tariffs.count() == 1

    def test_a_stale_preview_is_shown_again_with_the_reason(self, plan):
        client, draft = staff_client(), draft_with(plan, 150)
        seen = fingerprint(draft, timezone.now())
        draft_with(plan, 160)
        answer = client.post(f"{LIST}revisions/{draft.pk}/publish/", {"seen": seen})
        assert answer.status_code == 422
        assert "The prices have changed since you looked" in answer.content.decode()
        assert plan.revisions.filter(state="published").count() == 1

    def test_writing_is_one_right_and_publishing_another(self, plan):
        draft = draft_with(plan, 150)
        clerk = make_user(is_staff=True, language="en")
        client = Client()
        client.force_login(clerk)
        page = f"{LIST}revisions/{draft.pk}"
        assert client.get(f"{page}/preview/").status_code == 403
        clerk.user_permissions.add(Permission.objects.get(codename="view_tariffplan"))
        assert client.get(f"{page}/edit/").status_code == 302
        assert client.post(f"{page}/edit/").status_code == 403
        clerk.user_permissions.add(Permission.objects.get(codename="change_tariffplan"))
        assert "publishing needs a right" in client.get(f"{page}/preview/").content.decode()
        assert client.post(f"{page}/publish/", {"seen": fingerprint(draft, timezone.now())}).status_code == 403
        assert client_of(make_account()).get(LIST).status_code == 403
        assert plan.revisions.filter(state="published").count() == 1
