"""Contacts over the web service (9, W5)."""

from uuid import uuid4

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.phones import e164, normalise
from phonebook import selectors, services
from phonebook.bulk import upsert_contacts
from phonebook.models import Contact, Group
from phonebook.trash import delete_contacts
from webservice.idempotency import answer_once
from webservice.problems import Code
from webservice.v1.phonebook import words
from webservice.v1.phonebook.base import SCOPE, PhonebookView, reads, writes


class Contacts(PhonebookView):
    """The account's contacts."""

    @extend_schema(
        **reads(
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
        **writes(
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
        **reads(
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
        **writes(
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
        **writes(
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
        **writes(
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
