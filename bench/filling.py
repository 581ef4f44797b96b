"""Rows behind every list of the panel, as many as one likes: made by the database, a statement a table."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

from django.db import connection, models

_SPREAD = "now() - (%(of_them)s - n + 1) * interval '5 seconds'"  # the last row is the newest; a million are 58 days
_NAMES = "آرش بهار پرویز تینا جواد چنگیز رضا ژاله سارا شیرین علی فرهاد کامران گلی لیلا محمد نرگس هما یاسر زهرا"
_MANY = 100_000
_FAMILIES = "احمدی بهرامی پارسا تهرانی جعفری حسینی رضایی زارع سعیدی شریفی عباسی قاسمی کریمی محمدی نوری یزدانی"


def fill(model: type[models.Model], rows: int, **columns: str) -> int:
    """``rows`` rows, numbered n = 1, 2, …; the columns named hold these SQL expressions of n, the rest the model's
    defaults. The id of the first, where the database gives ids."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    values: dict[str, str] = {}
    parameters: dict[str, object] = {"of_them": rows}
    for field in fields:
        if field.column in columns:
            values[field.column] = columns[field.column]
        elif isinstance(field, models.DateTimeField) and not field.null:
            values[field.column] = _SPREAD
        elif not field.primary_key:
            parameters[field.column] = field.get_db_prep_save(field.get_default(), connection)
            values[field.column] = f"%({field.column})s"
    names = ", ".join(f'"{name}"' for name in values)
    table = f'"{model._meta.db_table}"'
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM generate_series(1, %(of_them)s) n",
            parameters,
        )
        _say(f"{rows:,} × {model._meta.label}", began)
        if model._meta.pk.column in columns or not isinstance(model._meta.pk, models.AutoField):
            return 0
        cursor.execute(f"SELECT max(id) FROM {table}")
        return cursor.fetchone()[0] - rows + 1


def fill_everything(account, owner, line, gateway, *, rows: int) -> dict[str, int]:
    """``rows`` of everything that an account can have any number of, and as many of the rest as it may have: ids of
    rows whose own pages show long lists, by the name that the panel's addresses give them. In the caller's
    transaction, as a superuser of the database."""
    with connection.cursor() as cursor:  # the foreign keys of thirty million rows would be looked up one by one
        cursor.execute("SET LOCAL session_replication_role = replica")
    ids = {"account": account.pk, "owner": owner.pk, "line": line.pk, "gateway": gateway.pk}
    with _without_indexes() if rows >= _MANY else nullcontext():
        shown = _phonebook(ids, rows) | _messages(ids, rows) | _answers(ids, rows) | _money(ids, rows)
        shown |= _support(ids, rows) | _web_service(ids, rows)
        _others(ids, rows)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
    return shown


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Those of no constraint are made at the end, of all rows at once: many times faster than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
            " AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)"
        )
        indexes = cursor.fetchall()
        cursor.execute("DROP INDEX " + ", ".join(name for name, _definition in indexes))
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        began = time.perf_counter()
        for _name, definition in indexes:
            cursor.execute(definition)
        _say(f"{len(indexes)} indexes", began)


def _say(what: str, began: float) -> None:
    print(f"{what}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def _text(*values: str) -> str:
    """One of these, turn by turn."""
    listed = ", ".join("'" + value.replace("%", "%%") + "'" for value in values)
    return f"(ARRAY[{listed}])[1 + ((n::bigint * 7919 + n / 13) %% {len(values)})::int]"


def _json(value: object) -> str:
    return "'" + json.dumps(value, ensure_ascii=False).replace("%", "%%") + "'::jsonb"


def _phonebook(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from phonebook.models import Contact, DeletedContact, Field, Group, GroupMember, Import, OptOut

    mine = {"account_id": str(ids["account"])}
    person = {"first_name": _text(*_NAMES.split()), "last_name": _text(*_FAMILIES.split())}
    fill(Field, 3, **mine, key="'field' || n", name="'شاخص ' || n", kind="'text'", choices="'[]'::jsonb")
    groups = fill(Group, min(rows, 1_000), **mine, name="'گروه ' || n")
    own = "jsonb_build_object('field1', 'شهر ' || n %% 100)"
    first = fill(Contact, rows, **mine, **person, msisdn="989100000000 + n", values=own)
    some = rows - rows // 10 + 1  # every tenth is in the first group, everybody in one of the others
    fill(
        GroupMember, rows, group_id=f"{groups} + 1 + n %% {max(min(rows, 1_000) - 1, 1)}", contact_id=f"{first} + n - 1"
    )
    fill(GroupMember, rows - some + 1, group_id=str(groups), contact_id=f"{first} + n * 10 - 1")
    fill(
        DeletedContact, rows, **mine, **person, contact_id="n", msisdn="989300000000 + n", values="'{}'::jsonb",
        group_ids="'{}'::bigint[]", deletion="'00000000-0000-0000-0000-000000000001'::uuid",
    )  # fmt: skip
    fill(OptOut, rows, **mine, msisdn="989200000000 + n", reason="'لغو11'")
    fill(Import, rows, **mine, filename="'file' || n || '.csv'", state="'done'", columns="'{}'::jsonb")
    return {"group": groups, "contact": first}


def _messages(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from messaging.models import Campaign, InboundMessage, Message, RecurringSend, StatusCount, Template
    from messaging.services.templates import MOST_TEMPLATES

    mine = {"account_id": str(ids["account"]), "line_id": str(ids["line"])}
    text = _text("سلام، سفارش شما آماده است", "جشنواره پاییزه از فردا", "کد تخفیف شما", "Your order is ready")
    common = mine | {"created_by_id": str(ids["owner"]), "kind": "'advanced'", "text": text, "sources": "'{}'::jsonb"}
    common |= {"summary": "'{}'::jsonb", "tags": "'[]'::jsonb", "recipients": "1000", "parts": "1000"}
    chunk = 1_000_000
    of_message = f"{chunk} + (n - 1) / 1000"
    done = fill(
        Campaign, rows, **common, state="'finished'", confirmed_at=_SPREAD, finished_at=_SPREAD, started_at=_SPREAD,
        price="120000", first_id=f"({chunk}::bigint + n - 1) * 1000", last_id=f"({chunk}::bigint + n - 1) * 1000 + 999",
    )  # fmt: skip
    fill(StatusCount, rows, campaign_id=f"{done} + n - 1", status="50", messages="1000", parts="1000")
    columns = {
        "id": f"({of_message}) * 1000 + (n - 1) %% 1000", "operator_id": "1", "msisdn": "989100000000 + n",
        "price": "120", "encoding": "8", "parts": "1", "text": "NULL", "error": "NULL",
    }  # fmt: skip
    status = "(ARRAY[50, 50, 50, 50, 50, 50, 51, 52, 60, 62])[1 + n %% 10]"
    fill(
        Message, rows, **mine, **columns, campaign_id=f"{done} + {rows} - 1 - (n - 1) / 1000", status=status,
        submitted_at=_SPREAD, final_at=_SPREAD,
    )  # fmt: skip
    _waiting(ids, rows, common, columns, chunk + rows)
    inbound = mine | {"sender": "'98910' || lpad((n %% 1000)::text, 7, '0')", "destination": "'30001234'"}
    inbound |= {"msisdn": "989100000000 + n %% 1000", "text": text, "search_key": text}
    received = fill(InboundMessage, rows, **inbound, read_at=_SPREAD)
    fill(InboundMessage, rows, **inbound, read_at=_SPREAD, deleted_at=_SPREAD)
    recurring = mine | {"text": text, "sources": "'{}'::jsonb", "weekdays": "'[]'::jsonb", "frequency": "'daily'"}
    fill(RecurringSend, rows, **recurring, minute="600", state="'ended'", created_by_id=str(ids["owner"]))
    fill(
        Template, min(rows, MOST_TEMPLATES), **mine, name="'template' || n", text="'کد شما {code}'", state="'approved'"
    )
    return {"campaign": done + rows - 1, "sent": chunk * 1000, "received": received}


def _waiting(ids: Mapping[str, int], rows: int, common: dict[str, str], columns: dict[str, str], chunk: int) -> None:
    """Scheduled sends of one message each, from this chunk on."""
    from messaging.models import Campaign, Chunk, Message

    columns = columns | {"id": f"({chunk}::bigint + n - 1) * 1000"}
    first, account = columns["id"], common["account_id"]
    later = fill(
        Campaign, rows, **common | {"recipients": "1", "parts": "1"}, state="'scheduled'", confirmed_at=_SPREAD,
        send_at="now() + interval '1 day' + n * interval '1 second'", first_id=first, last_id=first,
    )  # fmt: skip
    fill(
        Chunk, rows, account_id=account, id=f"{chunk} + n - 1", campaign_id=f"{later} + n - 1", state="0",
        gateway_id=str(ids["gateway"]), message_class="2", size="1", parts="1", cursor=f"{first} - 1",
    )  # fmt: skip
    line = {"account_id": account, "line_id": common["line_id"]}
    fill(Message, rows, **line, **columns, campaign_id=f"{later} + n - 1", status="10")


def _answers(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from autoreply.models import Answer, Keyword, Poll, PollOption, Rule, Vote
    from messaging.models import InboundMessage, SampleMessage

    mine = {"account_id": str(ids["account"])}
    rules = min(rows, 20_000)
    rule = fill(Rule, rules, **mine, reply="'پاسخ ' || n")
    fill(Keyword, rules, rule_id=f"{rule} + n - 1", written="'کلید' || n", folded="'کلید' || n")
    first = InboundMessage.objects.order_by("pk").values_list("pk", flat=True).first()
    fill(
        Answer, rows, **mine, message_id=f"{first} + n - 1", line_id=str(ids["line"]),
        msisdn="989100000000 + n %% 1000", fingerprint="n", outcome="1 + 9 * (n %% 2)", decided_at=_SPREAD,
        reply="'پاسخ'",
    )  # fmt: skip
    poll = fill(Poll, rows, **mine, title="'نظرسنجی ' || n", seed="'seed'")
    option = fill(
        PollOption, rules, poll_id=f"{poll} + n - 1", rule_id=f"{rule} + n - 1", title="'گزینه'", is_right="false"
    )
    fill(Vote, rows, poll_id=str(poll), option_id=str(option), msisdn="989100000000 + n")
    fill(SampleMessage, min(rows, 100), **mine, title="'نمونه ' || n", text="'متن'")
    return {"poll": poll, "rule": rule}


def _money(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from billing.models import Invoice, LedgerEntry, Payment, Proforma, Slip, Wallet

    mine = {"account_id": str(ids["account"])}
    wallet = str(Wallet.objects.get(account_id=ids["account"]).pk)
    kind = "(ARRAY['charge', 'charge', 'charge', 'refund', 'top_up'])[1 + n %% 5]"
    fill(
        LedgerEntry, rows, wallet_id=wallet, kind=kind, amount="-120", balance_after="1000000000 - n",
        reference="'filled:' || n", reason="'messages'", details="'{}'::jsonb",
    )  # fmt: skip
    sold = {"lines": "'[]'::jsonb", "net": "1000", "vat_percent": "10", "vat": "100", "total": "1100"}
    proforma = fill(
        Proforma, rows, **mine, **sold, purpose="'credit'", state="'paid'", details="'{}'::jsonb",
        expires_at="now() + interval '1 day'",
    )  # fmt: skip
    fill(
        Proforma, rows, **mine, **sold, purpose="'credit'", details="'{}'::jsonb", expires_at="now() + interval '1 day'"
    )
    payment = fill(
        Payment, rows, **mine, proforma_id=f"{proforma} + n - 1", gateway="'mockbank'", state="'verified'",
        amount="1100", paid_amount="1100", token="'token' || n", reference="'reference' || n",
        bank_reference="'bank' || n",
    )  # fmt: skip
    fill(
        Invoice, rows, **mine, **sold, proforma_id=f"{proforma} + n - 1", payment_id=f"{payment} + n - 1", year="1405",
        serial="n", seller="'{}'::jsonb", buyer="'{}'::jsonb",
    )  # fmt: skip
    fill(
        Slip, rows, **mine, proforma_id=f"{proforma} + {rows} + n - 1", method="'branch'", bank="'ملی'", amount="1100",
        number="'S' || n", paid_date="current_date", picture="'slip.png'", picture_name="'slip.png'",
    )  # fmt: skip
    return {"proforma": proforma}


def _support(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from support.models import Entry, Ticket, Unit

    unit = str(Unit.objects.order_by("pk").first().pk)
    closed = "n <= %(of_them)s - 1000"  # the last thousand are open
    state = f"CASE WHEN {closed} THEN 'closed' ELSE (ARRAY['new', 'seen', 'answered'])[1 + n %% 3] END"
    ticket = fill(
        Ticket, rows, account_id=str(ids["account"]), opened_by_id=str(ids["owner"]), unit_id=unit,
        title="'درخواست ' || n", asked_priority="2", priority="2", category="'question'", service="'sending'",
        state=state, close_reason=f"CASE WHEN {closed} THEN 'resolved' ELSE '' END",
        closed_at=f"CASE WHEN {closed} THEN now() END",
        waiting_since=f"CASE WHEN {closed} THEN NULL ELSE now() END",
    )  # fmt: skip
    entry = {"kind": "'user'", "details": "'{}'::jsonb", "author_id": str(ids["owner"])}
    fill(Entry, rows, **entry, ticket_id=f"{ticket} + n - 1", number="1", body="'متن ' || n")
    return {"ticket": ticket + rows - 1}


def _web_service(ids: Mapping[str, int], rows: int) -> dict[str, int]:
    from webservice.models import ApiKey, ApiRequest
    from webservice.webhooks.models import Delivery, Endpoint, Event

    mine = {"account_id": str(ids["account"])}
    key = fill(
        ApiKey, 20, **mine, name="'key ' || n", prefix="'live_' || n", digest="md5('key' || n)",
        networks="'{}'::cidr[]", scopes="'{}'::text[]",
    )  # fmt: skip
    fill(
        ApiRequest, rows, **mine, key_id=str(key), method="'POST'", path="'messages'", status="201", duration_ms="12",
        address="'192.0.2.1'", request_id="md5('request' || n)",
    )  # fmt: skip
    endpoint = fill(
        Endpoint, 10, **mine, name="'hook ' || n", url="'https://example.com/' || n",
        events="'{message.status}'::text[]",
    )  # fmt: skip
    event = fill(
        Event, rows, **mine, type="'message.status'", subject="1000000000 + n - 1", data="'{}'::jsonb",
        published_at="now()",
    )  # fmt: skip
    fill(
        Delivery, rows, endpoint_id=str(endpoint), event_id=f"{event} + n - 1", subject="1000000000 + n - 1", state="1",
        attempts="1",
    )  # fmt: skip
    return {"webhook": endpoint}


def _others(ids: Mapping[str, int], rows: int) -> None:
    from accounts.models import AuditEntry
    from numberbank.models import Audience
    from numbers.models import LineRequest
    from reports.models import DailyFigure, Export, ReceivedFigure

    mine = {"account_id": str(ids["account"])}
    who = mine | {"user_id": str(ids["owner"])}
    fill(AuditEntry, rows, **who, action="'campaign.confirmed'", target="'#' || n", details="'{}'::jsonb")
    fill(
        Audience, min(rows, 100), **mine, name="'مخاطبان ' || n", mode="'regional'", criteria=_json({"districts": [5]})
    )
    fill(LineRequest, rows, **mine, kind="'number'", state="'cancelled'", number="'3000' || lpad(n::text, 7, '0')")
    fill(
        Export, rows, **mine, kind="'sent'", form="'xlsx'", state="'expired'", filters="'{}'::jsonb",
        filename="'sent.xlsx'",
    )  # fmt: skip
    day = "current_date - ((n - 1) / 50)::int"
    fill(
        DailyFigure, min(rows, 18_000), **mine, day=day, line_id=str(ids["line"]), operator_id="1 + (n - 1) %% 5",
        kind="(ARRAY['advanced', 'api'])[1 + (n - 1) / 5 %% 2]", message_class="2", messages="1000", parts="1000",
        status="(ARRAY[50, 51, 52, 53, 60])[1 + (n - 1) / 10 %% 5]",
        price="120000", returned="0",
    )  # fmt: skip
    fill(ReceivedFigure, min(rows, 360), **mine, day="current_date - n::int", line_id=str(ids["line"]), messages="1000")
