"""The phonebook over the web service (9, W5): contacts, groups, own fields, opt-outs; scope ``contacts``."""

from uuid import uuid4

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.phones import e164, normalise
from phonebook import opt_outs, own_fields, selectors, services
from phonebook.bulk import upsert_contacts
from phonebook.models import Contact, Field, Group, OptOut
from phonebook.trash import delete_contacts
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1 import phonebook_words as words
from webservice.v1.base import ApiView
from webservice.v1.paging import page_of, preference, wants_count

SCOPE = ApiKey.Scope.CONTACTS
ALL = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), SCOPE)
_COMMON = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_WRITE = [documentation.IDEMPOTENCY_KEY, *_COMMON]


def _reads(
    name: str, summary: str, description: str, tag: str, answer, body: dict, query=None,
    *, one: bool = False, codes: tuple = (),
) -> dict:  # fmt: skip
    codes = (Code.NOT_FOUND,) if one else (Code.VALIDATION_FAILED, *codes)
    return {
        "operation_id": name, "summary": summary, "description": description, "tags": [tag],
        "parameters": [*([query, documentation.PREFER] if query else []), *_COMMON],
        "responses": {
            200: OpenApiResponse(answer, "The answer."),
            **documentation.refusals(*documentation.ALWAYS, *codes),
        },
        "examples": [documentation.example("Answer", body)],
    }  # fmt: skip


def _writes(
    name: str, summary: str, description: str, tag: str, request, answer, sent: dict | None, body: dict,
    *, of: int = 200, one: bool = False, codes: tuple = (),
) -> dict:  # fmt: skip
    codes = (*documentation.OF_WRITES, *codes, *((Code.NOT_FOUND,) if one else ()))
    return {
        "operation_id": name, "summary": summary, "description": description, "tags": [tag], "parameters": _WRITE,
        "request": request,
        "responses": {
            of: OpenApiResponse(answer, "The answer."), **documentation.refusals(*documentation.ALWAYS, *codes),
        },
        "examples": [
            *([documentation.example("Request", sent, request=True)] if sent else []),
            documentation.example("Answer", body, status=of),
        ],
    }  # fmt: skip


class PhonebookView(ApiView):
    scopes = ALL

    @property
    def by(self):
        return self.request.auth.created_by

    def own(self, rows, pk: int):
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def listed(self, request: Request, rows, query: dict, name: str, shown) -> Response:
        found, members = page_of(rows, query, counted=wants_count(request))
        return Response({name: [shown(row) for row in found], **members}, headers=preference(request))

    def contact(self, pk: int) -> Contact:
        return self.own(Contact.objects.of(self.account).prefetch_related("groups"), pk)

    def group(self, pk: int) -> Group:
        return self.own(selectors.groups(self.account), pk)

    def check_groups(self, fields: dict) -> None:
        wanted = set(fields.get("groups") or [])
        missing = wanted - set(Group.objects.of(self.account).filter(pk__in=wanted).values_list("pk", flat=True))
        if missing:
            place = next(place for place, pk in enumerate(fields["groups"]) if pk in missing)
            error = FieldError(f"groups[{place}]", FieldCode.NOT_FOUND, _("The account has no such group."))
            raise Problem(Code.VALIDATION_FAILED, errors=[error])


class Contacts(PhonebookView):
    """The account's contacts."""

    @extend_schema(
        **_reads(
            "list_contacts",
            "List contacts, newest first",
            "By words, group or number.",
            "Contacts",
            words.ContactPage,
            {"contacts": [words.CONTACT], "next": None},
            words.ContactQuery,
            codes=(Code.NOT_FOUND,),
        )
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(words.ContactQuery, request.query_params)
        group = self.own(Group.objects.of(self.account), query["group"]) if "group" in query else None
        rows = selectors.contacts(self.account, query.get("q", ""), group).prefetch_related("groups")
        if "mobile" in query:
            rows = rows.filter(msisdn=query["mobile"])
        return self.listed(request, rows, query, "contacts", words.contact_shown)

    @extend_schema(
        **_writes(
            "add_contact",
            "Add a contact",
            "A number that is there already is refused; see the bulk call.",
            "Contacts",
            words.NewContact,
            words.ContactAnswer,
            {"mobile": "09121234567", "first_name": "Sara", "values": {"city": "Tehran"}, "groups": [3]},
            words.CONTACT,
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(words.NewContact, request.data)
        self.check_groups(fields)
        contact = services.create_contact(
            account=self.account, mobile=fields["mobile"], first_name=fields.get("first_name", ""),
            last_name=fields.get("last_name", ""), group_ids=fields.get("groups", []),
            values=fields.get("values", {}), by=self.by,
        )  # fmt: skip
        return Response(words.contact_shown(self.contact(contact.pk)), status.HTTP_201_CREATED)


class ContactDetail(PhonebookView):
    """One contact."""

    @extend_schema(
        **_reads(
            "get_contact",
            "One contact",
            "With its own fields and groups.",
            "Contacts",
            words.ContactAnswer,
            words.CONTACT,
            one=True,
        )
    )
    def get(self, request: Request, contact_id: int) -> HttpResponse:
        return Response(words.contact_shown(self.contact(contact_id)))

    @extend_schema(
        **_writes(
            "change_contact",
            "Change a contact",
            "Members left out stay; so do own fields not named.",
            "Contacts",
            words.ContactChange,
            words.ContactAnswer,
            {"values": {"city": "Shiraz"}},
            words.CONTACT,
            one=True,
        )
    )
    def patch(self, request: Request, contact_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._change(request, contact_id))

    @transaction.atomic
    def _change(self, request: Request, contact_id: int) -> Response:
        fields = self.read(words.ContactChange, request.data)
        self.check_groups(fields)
        contact = self.own(Contact.objects.of(self.account).select_for_update(), contact_id)
        services.change_contact(
            contact=contact, mobile=fields.get("mobile", contact.msisdn),
            first_name=fields.get("first_name", contact.first_name),
            last_name=fields.get("last_name", contact.last_name),
            group_ids=fields.get("groups"), values=fields.get("values", {}), by=self.by,
        )  # fmt: skip
        return Response(words.contact_shown(self.contact(contact_id)))

    @extend_schema(
        **_writes(
            "delete_contact",
            "Delete a contact",
            "Answers the contact as it was; it waits in the panel's trash for 30 days. Opt-outs stay.",
            "Contacts",
            None,
            words.ContactAnswer,
            None,
            words.CONTACT,
            one=True,
        )
    )
    def delete(self, request: Request, contact_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(contact_id))

    def _delete(self, contact_id: int) -> Response:
        body = words.contact_shown(self.contact(contact_id))
        delete_contacts(
            account=self.account, contact_ids=[contact_id], deletion=uuid4(), now=timezone.now(), by=self.by
        )
        return Response(body)


class ContactsBulk(PhonebookView):
    """Up to 1,000 contacts in one call."""

    scopes = {"POST": SCOPE}

    @extend_schema(
        **_writes(
            "upsert_contacts",
            "Add or merge up to 1,000 contacts",
            "All or none. A known number is left as it "
            "is (`skip`), filled where empty (`fill`) or overwritten by what is given (`overwrite`).",
            "Contacts",
            words.BulkContacts,
            words.UpsertAnswer,
            {"contacts": [{"mobile": "09121234567", "first_name": "Sara", "groups": ["Customers"]}]},
            {"added": 1, "changed": 0, "unchanged": 0, "contacts": [{"id": 4711, "mobile": "+989121234567"}]},
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._upsert(request))

    def _upsert(self, request: Request) -> Response:
        fields = self.read(words.BulkContacts, request.data)
        done = upsert_contacts(
            account=self.account, rows=fields["contacts"], on_duplicate=fields["on_duplicate"],
            group_id=fields.get("group"), by=self.by,
        )  # fmt: skip
        numbers = dict.fromkeys(normalise(row["mobile"]) for row in fields["contacts"])
        rows = [{"id": done.ids[number], "mobile": e164(number)} for number in numbers]
        counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
        return Response({**counts, "contacts": rows})


class Groups(PhonebookView):
    """The account's groups."""

    @extend_schema(
        **_reads(
            "list_groups",
            "List groups, newest first",
            "Each with the count of its contacts.",
            "Groups",
            words.GroupPage,
            {"groups": [words.GROUP], "next": None},
            words.GroupQuery,
        )
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(words.GroupQuery, request.query_params)
        return self.listed(
            request, selectors.groups(self.account, query.get("q", "")), query, "groups", words.group_shown
        )

    @extend_schema(
        **_writes(
            "add_group",
            "Add a group",
            "Empty at first.",
            "Groups",
            words.NamedGroup,
            words.GroupAnswer,
            {"name": "Customers"},
            words.GROUP | {"size": 0},
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        name = self.read(words.NamedGroup, request.data)["name"]
        group = services.create_group(account=self.account, name=name, by=self.by)
        return Response(words.group_shown(self.group(group.pk)), status.HTTP_201_CREATED)


class GroupDetail(PhonebookView):
    """One group."""

    @extend_schema(
        **_reads(
            "get_group",
            "One group",
            "With the count of its contacts.",
            "Groups",
            words.GroupAnswer,
            words.GROUP,
            one=True,
        )
    )
    def get(self, request: Request, group_id: int) -> HttpResponse:
        return Response(words.group_shown(self.group(group_id)))

    @extend_schema(
        **_writes(
            "rename_group",
            "Rename a group",
            "Its contacts stay in it.",
            "Groups",
            words.NamedGroup,
            words.GroupAnswer,
            {"name": "Best customers"},
            words.GROUP,
            one=True,
        )
    )
    def patch(self, request: Request, group_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._rename(request, group_id))

    def _rename(self, request: Request, group_id: int) -> Response:
        name = self.read(words.NamedGroup, request.data)["name"]
        services.rename_group(group=self.own(Group.objects.of(self.account), group_id), name=name, by=self.by)
        return Response(words.group_shown(self.group(group_id)))

    @extend_schema(
        **_writes(
            "delete_group",
            "Delete a group",
            "Answers the group as it was; its contacts stay.",
            "Groups",
            None,
            words.GroupAnswer,
            None,
            words.GROUP,
            one=True,
        )
    )
    def delete(self, request: Request, group_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(group_id))

    def _delete(self, group_id: int) -> Response:
        body = words.group_shown(self.group(group_id))
        services.delete_group(group=self.own(Group.objects.of(self.account), group_id), by=self.by)
        return Response(body)


class GroupMembers(PhonebookView):
    """Who joins a group."""

    scopes = {"POST": SCOPE, "DELETE": SCOPE}
    service = staticmethod(services.put_in_group)

    @extend_schema(
        **_writes(
            "join_group",
            "Put contacts in a group",
            "Ids of the account's contacts; others are passed over.",
            "Groups",
            words.Members,
            words.ChangedAnswer,
            {"contacts": [4711, 4712]},
            {"changed": 2},
            one=True,
        )
    )
    def post(self, request: Request, group_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._move(request, group_id))

    def _move(self, request: Request, group_id: int) -> Response:
        ids = self.read(words.Members, request.data)["contacts"]
        group = self.own(Group.objects.of(self.account), group_id)
        changed = self.service(account=self.account, contact_ids=ids, group_id=group.pk, by=self.by)
        return Response({"changed": changed})


class GroupLeavers(GroupMembers):
    """Who leaves a group."""

    scopes = {"POST": SCOPE}
    service = staticmethod(services.take_out_of_group)

    @extend_schema(
        **_writes(
            "leave_group",
            "Take contacts out of a group",
            "They stay in the phonebook.",
            "Groups",
            words.Members,
            words.ChangedAnswer,
            {"contacts": [4711]},
            {"changed": 1},
            one=True,
        )
    )
    def post(self, request: Request, group_id: int) -> HttpResponse:
        return super().post(request, group_id)


class Fields(PhonebookView):
    """The account's own fields."""

    @extend_schema(
        **_reads(
            "list_fields", "The own fields", "In their order.", "Fields", words.FieldList, {"fields": [words.FIELD]}
        )
    )
    def get(self, request: Request) -> HttpResponse:
        return Response({"fields": [words.field_shown(field) for field in selectors.fields(self.account)]})

    @extend_schema(
        **_writes(
            "add_field",
            "Define an own field",
            "A deleted one of the same name and kind comes back with its values.",
            "Fields",
            words.NewField,
            words.FieldAnswer,
            {"name": "City", "key": "city"},
            words.FIELD,
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(words.NewField, request.data)
        field = own_fields.create_field(account=self.account, by=self.by, **fields)
        return Response(words.field_shown(field), status.HTTP_201_CREATED)


class FieldDetail(PhonebookView):
    """One own field."""

    @extend_schema(
        **_reads("get_field", "One own field", "With its choices.", "Fields", words.FieldAnswer, words.FIELD, one=True)
    )
    def get(self, request: Request, field_id: int) -> HttpResponse:
        return Response(words.field_shown(self._own(field_id)))

    @extend_schema(
        **_writes(
            "change_field",
            "Change an own field",
            "Key and kind stay.",
            "Fields",
            words.FieldChange,
            words.FieldAnswer,
            {"name": "Province"},
            words.FIELD,
            one=True,
        )
    )
    def patch(self, request: Request, field_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._change(request, field_id))

    def _change(self, request: Request, field_id: int) -> Response:
        fields = self.read(words.FieldChange, request.data)
        field = self._own(field_id)
        kept = {name: getattr(field, name) for name in ("name", "choices", "is_required")}
        return Response(words.field_shown(own_fields.change_field(field=field, by=self.by, **(kept | fields))))

    @extend_schema(
        **_writes(
            "delete_field",
            "Delete an own field",
            "Answers the field as it was. Contacts keep what they hold: defining it again brings it back.",
            "Fields",
            None,
            words.FieldAnswer,
            None,
            words.FIELD,
            one=True,
        )
    )
    def delete(self, request: Request, field_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(field_id))

    def _delete(self, field_id: int) -> Response:
        field = self._own(field_id)
        own_fields.delete_field(field=field, by=self.by)
        return Response(words.field_shown(field))

    def _own(self, field_id: int) -> Field:
        return self.own(Field.objects.of(self.account).filter(deleted_at=None), field_id)


class OptOuts(PhonebookView):
    """Who wants no messages."""

    @extend_schema(
        **_reads(
            "list_opt_outs",
            "List opt-outs, newest first",
            "By number, line or who asked.",
            "Opt-outs",
            words.OptOutPage,
            {"opt_outs": [words.OPT_OUT], "next": None},
            words.OptOutQuery,
        )
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(words.OptOutQuery, request.query_params)
        reason = words.REASON_OF.get(query.get("reason"), "")
        rows = selectors.opt_outs(self.account, line=query.get("line"), reason=reason)
        if "mobile" in query:
            rows = rows.filter(msisdn=query["mobile"])
        return self.listed(request, rows, query, "opt_outs", words.opt_out_shown)

    @extend_schema(
        **_writes(
            "add_opt_outs",
            "Opt numbers out",
            "Of one line, or of every line of the account.",
            "Opt-outs",
            words.NewOptOuts,
            words.OptOutsAdded,
            {"mobiles": ["09121234567"], "line": "30001234"},
            {"added": 1},
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(words.NewOptOuts, request.data)
        added = opt_outs.opt_out(
            account=self.account, line=fields.get("line"), msisdns=fields["mobiles"], reason=opt_outs.WEB_SERVICE,
            note=fields["note"], by=self.by, now=timezone.now(),
        )  # fmt: skip
        return Response({"added": len(added)}, status.HTTP_201_CREATED)


class OptOutDetail(PhonebookView):
    """One opt-out."""

    @extend_schema(
        **_reads(
            "get_opt_out",
            "One opt-out",
            "Who asked, and when.",
            "Opt-outs",
            words.OptOutAnswer,
            words.OPT_OUT,
            one=True,
        )
    )
    def get(self, request: Request, opt_out_id: int) -> HttpResponse:
        return Response(words.opt_out_shown(self._own(opt_out_id)))

    @extend_schema(
        **_writes(
            "delete_opt_out",
            "Take an opt-out back",
            "Only what the account wrote itself; a subscriber comes back by sending 12.",
            "Opt-outs",
            None,
            words.OptOutAnswer,
            None,
            words.OPT_OUT,
            one=True,
        )
    )
    def delete(self, request: Request, opt_out_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(opt_out_id))

    def _delete(self, opt_out_id: int) -> Response:
        row = self._own(opt_out_id)
        gone, stays = opt_outs.take_back(account=self.account, ids=[opt_out_id], by=self.by)
        if stays or not gone:
            raise Problem(Code.WRONG_STATE, _("Only the subscriber can come back, by sending 12."))
        return Response(words.opt_out_shown(row))

    def _own(self, opt_out_id: int) -> OptOut:
        return self.own(OptOut.objects.of(self.account).select_related("line"), opt_out_id)
