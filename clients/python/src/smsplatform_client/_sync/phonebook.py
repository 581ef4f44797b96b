"""Contacts, groups, fields of your own, and who wants no messages."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smsplatform_client import types
from smsplatform_client._sync.resource import Resource


class Contacts(Resource):
    """People and their numbers."""

    def list(
        self, *, q: str | None = None, group: int | None = None, mobile: str | None = None, limit: int | None = None
    ) -> Iterator[types.ContactAnswer]:
        """Newest first; ``q`` finds beginnings of words, and how a number begins or ends."""
        return self._client.pages("contacts", "contacts", {"q": q, "group": group, "mobile": mobile, "limit": limit})

    def count(self, **filters: Any) -> int:
        """How many contacts fit the filters of ``list``."""
        return self._client.count("contacts", filters)

    def get(self, contact_id: int) -> types.ContactAnswer:
        answer: types.ContactAnswer = self._client.request("GET", f"contacts/{contact_id}")
        return answer

    def add(
        self,
        mobile: str,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        values: Mapping[str, Any] | None = None,
        groups: Sequence[int] | None = None,
        idempotency_key: str | None = None,
    ) -> types.ContactAnswer:
        """Raises Refused where the number is there already."""
        body = {
            "mobile": mobile, "first_name": first_name, "last_name": last_name, "values": values, "groups": groups,
        }  # fmt: skip
        answer: types.ContactAnswer = self._client.request(
            "POST", "contacts", body=body, idempotency_key=idempotency_key
        )
        return answer

    def upsert(
        self,
        contacts: Sequence[types.BulkContact],
        *,
        on_duplicate: str | None = None,
        group: int | None = None,
        idempotency_key: str | None = None,
    ) -> types.UpsertAnswer:
        """Up to 1,000, all or none; known numbers are ``skip``, ``fill`` or ``overwrite``."""
        body = {"contacts": contacts, "on_duplicate": on_duplicate, "group": group}
        answer: types.UpsertAnswer = self._client.request(
            "POST", "contacts/bulk", body=body, idempotency_key=idempotency_key
        )
        return answer

    def change(
        self, contact_id: int, changes: types.PatchedContactChange, *, idempotency_key: str | None = None
    ) -> types.ContactAnswer:
        """What ``changes`` leaves out stays."""
        answer: types.ContactAnswer = self._client.request(
            "PATCH", f"contacts/{contact_id}", body=changes, idempotency_key=idempotency_key
        )
        return answer

    def delete(self, contact_id: int, *, idempotency_key: str | None = None) -> types.ContactAnswer:
        answer: types.ContactAnswer = self._client.request(
            "DELETE", f"contacts/{contact_id}", idempotency_key=idempotency_key
        )
        return answer


class Groups(Resource):
    """Groups of contacts."""

    def list(self, *, q: str | None = None, limit: int | None = None) -> Iterator[types.GroupAnswer]:
        return self._client.pages("groups", "groups", {"q": q, "limit": limit})

    def get(self, group_id: int) -> types.GroupAnswer:
        answer: types.GroupAnswer = self._client.request("GET", f"groups/{group_id}")
        return answer

    def add(self, name: str, *, idempotency_key: str | None = None) -> types.GroupAnswer:
        answer: types.GroupAnswer = self._client.request(
            "POST", "groups", body={"name": name}, idempotency_key=idempotency_key
        )
        return answer

    def rename(self, group_id: int, name: str, *, idempotency_key: str | None = None) -> types.GroupAnswer:
        answer: types.GroupAnswer = self._client.request(
            "PATCH", f"groups/{group_id}", body={"name": name}, idempotency_key=idempotency_key
        )
        return answer

    def delete(self, group_id: int, *, idempotency_key: str | None = None) -> types.GroupAnswer:
        """Its contacts stay."""
        answer: types.GroupAnswer = self._client.request(
            "DELETE", f"groups/{group_id}", idempotency_key=idempotency_key
        )
        return answer

    def join(self, group_id: int, contacts: Sequence[int], *, idempotency_key: str | None = None) -> int:
        """How many were not in it before."""
        answer: types.ChangedAnswer = self._client.request(
            "POST", f"groups/{group_id}/contacts", body={"contacts": contacts}, idempotency_key=idempotency_key
        )
        return answer["changed"]

    def leave(self, group_id: int, contacts: Sequence[int], *, idempotency_key: str | None = None) -> int:
        """How many were in it before."""
        answer: types.ChangedAnswer = self._client.request(
            "POST", f"groups/{group_id}/contacts/remove", body={"contacts": contacts}, idempotency_key=idempotency_key
        )
        return answer["changed"]


class Fields(Resource):
    """Fields of your own."""

    def list(self) -> Sequence[types.FieldAnswer]:
        answer: types.FieldList = self._client.request("GET", "fields")
        return answer["fields"]

    def add(
        self,
        name: str,
        *,
        kind: str | None = None,
        key: str | None = None,
        choices: Sequence[str] | None = None,
        is_required: bool | None = None,
        idempotency_key: str | None = None,
    ) -> types.FieldAnswer:
        body = {"name": name, "kind": kind, "key": key, "choices": choices, "is_required": is_required}
        answer: types.FieldAnswer = self._client.request("POST", "fields", body=body, idempotency_key=idempotency_key)
        return answer

    def change(
        self, field_id: int, changes: types.PatchedFieldChange, *, idempotency_key: str | None = None
    ) -> types.FieldAnswer:
        answer: types.FieldAnswer = self._client.request(
            "PATCH", f"fields/{field_id}", body=changes, idempotency_key=idempotency_key
        )
        return answer

    def delete(self, field_id: int, *, idempotency_key: str | None = None) -> types.FieldAnswer:
        answer: types.FieldAnswer = self._client.request(
            "DELETE", f"fields/{field_id}", idempotency_key=idempotency_key
        )
        return answer


class OptOuts(Resource):
    """Who wants no messages."""

    def list(
        self,
        *,
        mobile: str | None = None,
        line: str | None = None,
        reason: str | None = None,
        limit: int | None = None,
    ) -> Iterator[types.OptOutAnswer]:
        filters = {"mobile": mobile, "line": line, "reason": reason, "limit": limit}
        return self._client.pages("opt-outs", "opt_outs", filters)

    def add(
        self,
        mobiles: Sequence[str],
        *,
        line: str | None = None,
        note: str | None = None,
        idempotency_key: str | None = None,
    ) -> int:
        """How many were added; without ``line``, for every line."""
        answer: types.OptOutsAdded = self._client.request(
            "POST", "opt-outs", body={"mobiles": mobiles, "line": line, "note": note}, idempotency_key=idempotency_key
        )
        return answer["added"]

    def delete(self, opt_out_id: int, *, idempotency_key: str | None = None) -> types.OptOutAnswer:
        """Raises Conflict for a subscriber who refused by SMS."""
        answer: types.OptOutAnswer = self._client.request(
            "DELETE", f"opt-outs/{opt_out_id}", idempotency_key=idempotency_key
        )
        return answer
