"""What comes in: received messages, answering rules, webhooks, events."""

from collections.abc import AsyncIterator, Sequence

from smsplatform_client import types
from smsplatform_client._async.resource import Resource
from smsplatform_client.queries import Moment


class Inbox(Resource):
    """What subscribers sent to your lines."""

    def list(
        self,
        *,
        sender: str | None = None,
        text: str | None = None,
        line: str | None = None,
        unread: bool | None = None,
        deleted: bool | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[types.ReceivedMessage]:
        """Newest first; listing marks nothing as read."""
        filters = {
            "sender": sender, "text": text, "line": line, "unread": unread, "deleted": deleted, "since": since,
            "until": until, "limit": limit,
        }  # fmt: skip
        return self._client.pages("inbox", "messages", filters)

    async def get(self, received_id: int) -> types.ReceivedMessage:
        return await self._received("GET", f"inbox/{received_id}")

    async def mark(
        self, received_id: int, *, is_read: bool = True, idempotency_key: str | None = None
    ) -> types.ReceivedMessage:
        answer: types.ReceivedMessage = await self._client.request(
            "PATCH", f"inbox/{received_id}", body={"is_read": is_read}, idempotency_key=idempotency_key
        )
        return answer

    async def mark_many(self, ids: Sequence[int], *, is_read: bool = True, idempotency_key: str | None = None) -> int:
        """Up to 1,000; how many were not so before."""
        answer: types.Changed = await self._client.request(
            "POST", "inbox/read", body={"ids": ids, "is_read": is_read}, idempotency_key=idempotency_key
        )
        return answer["changed"]

    async def reply(self, received_id: int, text: str, *, idempotency_key: str | None = None) -> types.FullMessage:
        """From the line that the message came to."""
        answer: types.FullMessage = await self._client.request(
            "POST", f"inbox/{received_id}/reply", body={"text": text}, idempotency_key=idempotency_key
        )
        return answer

    async def delete(self, received_id: int, *, idempotency_key: str | None = None) -> types.ReceivedMessage:
        """Into the trash."""
        return await self._received("DELETE", f"inbox/{received_id}", idempotency_key)

    async def restore(self, received_id: int, *, idempotency_key: str | None = None) -> types.ReceivedMessage:
        """Out of the trash."""
        return await self._received("POST", f"inbox/{received_id}/restore", idempotency_key)

    async def _received(self, method: str, path: str, key: str | None = None) -> types.ReceivedMessage:
        answer: types.ReceivedMessage = await self._client.request(method, path, idempotency_key=key)
        return answer


class AutoReplies(Resource):
    """Rules that answer by themselves."""

    def list(self, *, text: str | None = None, limit: int | None = None) -> AsyncIterator[types.AutoReply]:
        return self._client.pages("auto-replies", "auto_replies", {"text": text, "limit": limit})

    async def get(self, rule_id: int) -> types.AutoReply:
        return await self._rule("GET", f"auto-replies/{rule_id}")

    async def add(self, rule: types.NewAutoReply, *, idempotency_key: str | None = None) -> types.AutoReply:
        return await self._rule("POST", "auto-replies", rule, idempotency_key)

    async def replace(
        self, rule_id: int, rule: types.NewAutoReply, *, idempotency_key: str | None = None
    ) -> types.AutoReply:
        """The whole rule: what is left out takes its default."""
        return await self._rule("PUT", f"auto-replies/{rule_id}", rule, idempotency_key)

    async def delete(self, rule_id: int, *, idempotency_key: str | None = None) -> types.AutoReply:
        return await self._rule("DELETE", f"auto-replies/{rule_id}", key=idempotency_key)

    async def test(self, text: str, line: str, *, idempotency_key: str | None = None) -> types.AutoReplyTrial:
        """Which rule would answer, and with what; nothing is sent."""
        answer: types.AutoReplyTrial = await self._client.request(
            "POST", "auto-replies/test", body={"text": text, "line": line}, idempotency_key=idempotency_key
        )
        return answer

    async def _rule(
        self, method: str, path: str, rule: types.NewAutoReply | None = None, key: str | None = None
    ) -> types.AutoReply:
        answer: types.AutoReply = await self._client.request(method, path, body=rule, idempotency_key=key)
        return answer


class Webhooks(Resource):
    """Addresses of yours to which events are posted."""

    async def list(self) -> Sequence[types.Webhook]:
        answer: types.WebhookList = await self._client.request("GET", "webhooks")
        return answer["webhooks"]

    async def get(self, webhook_id: int) -> types.Webhook:
        return await self._webhook("GET", f"webhooks/{webhook_id}")

    async def create(
        self,
        url: str,
        events: Sequence[str],
        *,
        batch_size: int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> types.WebhookWithSecret:
        """Its ``secret`` is shown now and never again."""
        body = {"url": url, "events": events, "batch_size": batch_size, "name": name}
        answer: types.WebhookWithSecret = await self._client.request(
            "POST", "webhooks", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def change(
        self, webhook_id: int, changes: types.PatchedWebhookChanges, *, idempotency_key: str | None = None
    ) -> types.Webhook:
        answer: types.Webhook = await self._client.request(
            "PATCH", f"webhooks/{webhook_id}", body=changes, idempotency_key=idempotency_key
        )
        return answer

    async def delete(self, webhook_id: int, *, idempotency_key: str | None = None) -> types.Webhook:
        return await self._webhook("DELETE", f"webhooks/{webhook_id}", idempotency_key)

    async def pause(self, webhook_id: int, *, idempotency_key: str | None = None) -> types.Webhook:
        return await self._webhook("POST", f"webhooks/{webhook_id}/pause", idempotency_key)

    async def resume(self, webhook_id: int, *, idempotency_key: str | None = None) -> types.Webhook:
        return await self._webhook("POST", f"webhooks/{webhook_id}/resume", idempotency_key)

    async def rotate_secret(self, webhook_id: int, *, idempotency_key: str | None = None) -> types.WebhookWithSecret:
        """A new secret; both sign for 24 hours."""
        answer: types.WebhookWithSecret = await self._client.request(
            "POST", f"webhooks/{webhook_id}/rotate-secret", idempotency_key=idempotency_key
        )
        return answer

    async def test(self, webhook_id: int, *, idempotency_key: str | None = None) -> types.KnownEvent:
        """Post an event of the type webhook.test."""
        answer: types.KnownEvent = await self._client.request(
            "POST", f"webhooks/{webhook_id}/test", idempotency_key=idempotency_key
        )
        return answer

    async def replay(self, webhook_id: int, events: Sequence[int], *, idempotency_key: str | None = None) -> int:
        """How many events are delivered again."""
        answer: types.Replayed = await self._client.request(
            "POST", f"webhooks/{webhook_id}/replay", body={"events": events}, idempotency_key=idempotency_key
        )
        return answer["replayed"]

    def attempts(self, webhook_id: int, *, limit: int | None = None) -> AsyncIterator[types.WebhookAttempt]:
        return self._client.pages(f"webhooks/{webhook_id}/attempts", "attempts", {"limit": limit})

    async def _webhook(self, method: str, path: str, key: str | None = None) -> types.Webhook:
        answer: types.Webhook = await self._client.request(method, path, idempotency_key=key)
        return answer


class Events(Resource):
    """What happened, for whoever missed a call or wants none."""

    async def list(self, *, after: int = 0, type: str | None = None, limit: int | None = None) -> types.EventPage:
        """One page, the oldest first; ``next`` is what to ask with."""
        answer: types.EventPage = await self._client.request(
            "GET", "events", query={"after": after, "type": type, "limit": limit}
        )
        return answer

    async def after(self, event_id: int, *, type: str | None = None) -> AsyncIterator[types.KnownEvent]:
        """Every event since the one with that id, until there is no more. Keep the last ``id`` for the next time."""
        while True:
            page = await self.list(after=event_id, type=type, limit=500)
            for event in page["events"]:
                yield event
            if not page["has_more"]:
                return
            event_id = page["next"]
