"""Groups of contacts over the web service (9.2, W5)."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from phonebook import selectors, services
from phonebook.models import Group
from webservice.idempotency import answer_once
from webservice.v1.phonebook import words
from webservice.v1.phonebook.base import SCOPE, PhonebookView, reads, writes


class Groups(PhonebookView):
    """The account's groups."""

    @extend_schema(
        **reads(
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
        **writes(
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
        **reads(
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
        **writes(
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
        **writes(
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
        **writes(
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
        **writes(
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
