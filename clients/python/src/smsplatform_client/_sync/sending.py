"""What is sent: messages, quotes, campaigns, one-time passwords, templates, samples."""

from collections.abc import Iterator, Mapping, Sequence
from time import sleep
from typing import Any

from smsplatform_client import types
from smsplatform_client._sync.resource import Resource
from smsplatform_client.files import Attachment, Upload
from smsplatform_client.queries import Moment

Parameters = Mapping[str, str] | Sequence[Mapping[str, str]]
PLANNING = "planning"


class Messages(Resource):
    """Send, read, take back."""

    def send(
        self,
        to: str | Sequence[str],
        text: str | Sequence[str] | None = None,
        *,
        template: str | None = None,
        parameters: Parameters | None = None,
        line: str | None = None,
        message_class: str | None = None,
        send_at: Moment | None = None,
        validity: int | None = None,
        reference: str | None = None,
        tags: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> types.SentMessages:
        """Up to 10,000 recipients; one text, one for each, or a template. ``validity`` is in minutes.

        Raises InsufficientCredit, Refused; either way nothing was sent.
        """
        body = {
            "to": to, "text": text, "template": template, "parameters": parameters, "line": line,
            "class": message_class, "send_at": send_at, "validity": validity, "reference": reference, "tags": tags,
        }  # fmt: skip
        answer: types.SentMessages = self._client.request(
            "POST", "messages", body=body, idempotency_key=idempotency_key
        )
        return answer

    def send_quote(self, quote: int, *, idempotency_key: str | None = None) -> types.SentMessages:
        """Send what was priced, at exactly that price. Raises Conflict where it expired or was sent already."""
        answer: types.SentMessages = self._client.request(
            "POST", "messages", body={"quote": quote}, idempotency_key=idempotency_key
        )
        return answer

    def get(self, message_id: int) -> types.FullMessage:
        answer: types.FullMessage = self._client.request("GET", f"messages/{message_id}")
        return answer

    def list(
        self,
        *,
        state: str | None = None,
        to: str | None = None,
        line: str | None = None,
        reference: str | None = None,
        tag: str | None = None,
        campaign: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
    ) -> Iterator[types.ListedMessage]:
        """Newest first, page after page; ``limit`` is the size of a page (1 to 200)."""
        filters = {
            "state": state, "to": to, "line": line, "reference": reference, "tag": tag, "campaign": campaign,
            "since": since, "until": until, "limit": limit,
        }  # fmt: skip
        return self._client.pages("messages", "messages", filters)

    def count(self, **filters: Any) -> int:
        """How many messages fit the filters of ``list``."""
        return self._client.count("messages", filters)

    def cancel(self, message_id: int, *, idempotency_key: str | None = None) -> types.FullMessage:
        """Take back what was not handed over; its price returns. Raises Conflict where it is too late."""
        answer: types.FullMessage = self._client.request(
            "POST", f"messages/{message_id}/cancel", idempotency_key=idempotency_key
        )
        return answer

    def cancel_many(self, ids: Sequence[int], *, idempotency_key: str | None = None) -> types.Cancelled:
        """Up to 1,000; those for which it is too late stay as they are."""
        answer: types.Cancelled = self._client.request(
            "POST", "messages/cancel", body={"ids": ids}, idempotency_key=idempotency_key
        )
        return answer


class Quotes(Resource):
    """Prices that hold."""

    def make(
        self,
        to: str | Sequence[str],
        text: str | Sequence[str] | None = None,
        *,
        template: str | None = None,
        parameters: Parameters | None = None,
        line: str | None = None,
        message_class: str | None = None,
        send_at: Moment | None = None,
        validity: int | None = None,
        reference: str | None = None,
        tags: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> types.Quote:
        """What would be sent and what it costs; ``messages.send_quote`` sends it."""
        body = {
            "to": to, "text": text, "template": template, "parameters": parameters, "line": line,
            "class": message_class, "send_at": send_at, "validity": validity, "reference": reference, "tags": tags,
        }  # fmt: skip
        answer: types.Quote = self._client.request("POST", "quotes", body=body, idempotency_key=idempotency_key)
        return answer


class Campaigns(Resource):
    """More than 10,000 recipients, or the number bank: gather, price, start."""

    def create(
        self,
        text: str,
        *,
        title: str | None = None,
        target: Mapping[str, Any] | None = None,
        line: str | None = None,
        message_class: str | None = None,
        send_at: Moment | None = None,
        validity: int | None = None,
        reference: str | None = None,
        tags: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> types.FullCampaign:
        """A draft; with ``target`` (types.TargetFields) it goes to subscribers of the number bank."""
        body = {
            "text": text, "title": title, "target": target, "line": line, "class": message_class, "send_at": send_at,
            "validity": validity, "reference": reference, "tags": tags,
        }  # fmt: skip
        return self._full("POST", "campaigns", body, idempotency_key)

    def get(self, campaign_id: int) -> types.FullCampaign:
        return self._full("GET", f"campaigns/{campaign_id}")

    def list(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        reference: str | None = None,
        tag: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
    ) -> Iterator[types.ListedCampaign]:
        """Newest first. What ``messages.send`` made is left out unless ``kind`` is "api"."""
        filters = {
            "state": state, "kind": kind, "reference": reference, "tag": tag, "since": since, "until": until,
            "limit": limit,
        }  # fmt: skip
        return self._client.pages("campaigns", "campaigns", filters)

    def add_recipients(
        self, campaign_id: int, recipients: Sequence[str], *, chunk: int, idempotency_key: str | None = None
    ) -> types.StoredRecipients:
        """Up to 10,000 numbers; ``chunk`` counts from 1, and one that comes again is not taken twice."""
        answer: types.StoredRecipients = self._client.request(
            "POST",
            f"campaigns/{campaign_id}/recipients",
            body={"chunk": chunk, "recipients": recipients},
            idempotency_key=idempotency_key,
        )
        return answer

    def upload(
        self,
        campaign_id: int,
        file: Upload,
        *,
        column: str | int | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> types.StoredRecipients:
        """A file of numbers: text, CSV, xls, xlsx. ``file`` is a path, octets, or an open binary file."""
        answer: types.StoredRecipients = self._client.request(
            "POST",
            f"campaigns/{campaign_id}/recipients",
            form={"column": column},
            file=Attachment(file, name),
            idempotency_key=idempotency_key,
        )
        return answer

    def price(self, campaign_id: int, *, idempotency_key: str | None = None) -> types.FullCampaign:
        """Plan and price it. A large one is ``planning`` afterwards: see ``priced``."""
        return self._full("POST", f"campaigns/{campaign_id}/quote", key=idempotency_key)

    def priced(self, campaign_id: int, *, every: float = 2.0, idempotency_key: str | None = None) -> types.FullCampaign:
        """Price it and wait until that is done, asking again after ``every`` seconds."""
        campaign = self.price(campaign_id, idempotency_key=idempotency_key)
        while campaign["state"] == PLANNING:
            sleep(every)
            campaign = self.get(campaign_id)
        return campaign

    def start(self, campaign_id: int, *, idempotency_key: str | None = None) -> types.FullCampaign:
        """Pay exactly the price and let it go. Raises InsufficientCredit, Conflict."""
        return self._full("POST", f"campaigns/{campaign_id}/start", key=idempotency_key)

    def pause(self, campaign_id: int, *, idempotency_key: str | None = None) -> types.FullCampaign:
        return self._full("POST", f"campaigns/{campaign_id}/pause", key=idempotency_key)

    def resume(self, campaign_id: int, *, idempotency_key: str | None = None) -> types.FullCampaign:
        return self._full("POST", f"campaigns/{campaign_id}/resume", key=idempotency_key)

    def cancel(self, campaign_id: int, *, idempotency_key: str | None = None) -> types.FullCampaign:
        """The price of whatever was not handed over returns."""
        return self._full("POST", f"campaigns/{campaign_id}/cancel", key=idempotency_key)

    def bank_values(self, field: str, *, province: int | None = None) -> Sequence[types.BankValue]:
        """What a field of the number bank may be: provinces, cities, guilds, …"""
        answer: types.BankValues = self._client.request("GET", f"bank/{field}", query={"province": province})
        return answer["values"]

    def _full(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> types.FullCampaign:
        answer: types.FullCampaign = self._client.request(method, path, body=body, idempotency_key=key)
        return answer


class Verifications(Resource):
    """One-time passwords, made and checked by the platform."""

    def start(
        self,
        to: str,
        template: str,
        *,
        parameters: Mapping[str, str] | None = None,
        length: int | None = None,
        expiry: int | None = None,
        line: str | None = None,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> types.KnownVerification:
        """Send a code of ``length`` digits that is right for ``expiry`` seconds. Raises RateLimited, Refused."""
        body = {
            "to": to, "template": template, "parameters": parameters, "length": length, "expiry": expiry, "line": line,
            "reference": reference,
        }  # fmt: skip
        answer: types.KnownVerification = self._client.request(
            "POST", "verifications", body=body, idempotency_key=idempotency_key
        )
        return answer

    def check(
        self, verification_id: int, code: str, *, idempotency_key: str | None = None
    ) -> types.CheckedVerification:
        """``is_valid`` is true exactly once. Raises Conflict where the code is over."""
        answer: types.CheckedVerification = self._client.request(
            "POST", f"verifications/{verification_id}/check", body={"code": code}, idempotency_key=idempotency_key
        )
        return answer

    def get(self, verification_id: int) -> types.KnownVerification:
        answer: types.KnownVerification = self._client.request("GET", f"verifications/{verification_id}")
        return answer


class Templates(Resource):
    """Texts with places, approved by the platform's staff."""

    def list(self) -> Sequence[types.KnownTemplate]:
        answer: types.TemplateList = self._client.request("GET", "templates")
        return answer["templates"]

    def get(self, template_id: int) -> types.KnownTemplate:
        answer: types.KnownTemplate = self._client.request("GET", f"templates/{template_id}")
        return answer

    def request(
        self, name: str, text: str, *, line: str | None = None, idempotency_key: str | None = None
    ) -> types.KnownTemplate:
        """Ask for one; it can be used once its ``state`` is approved."""
        body = {"name": name, "text": text, "line": line}
        answer: types.KnownTemplate = self._client.request(
            "POST", "templates", body=body, idempotency_key=idempotency_key
        )
        return answer

    def delete(self, template_id: int, *, idempotency_key: str | None = None) -> types.KnownTemplate:
        answer: types.KnownTemplate = self._client.request(
            "DELETE", f"templates/{template_id}", idempotency_key=idempotency_key
        )
        return answer


class Samples(Resource):
    """Texts kept for use when composing."""

    def list(
        self, *, text: str | None = None, category: str | None = None, limit: int | None = None
    ) -> Iterator[types.Sample]:
        return self._client.pages("samples", "samples", {"text": text, "category": category, "limit": limit})

    def get(self, sample_id: int) -> types.Sample:
        answer: types.Sample = self._client.request("GET", f"samples/{sample_id}")
        return answer

    def add(
        self, text: str, *, title: str | None = None, category: str | None = None, idempotency_key: str | None = None
    ) -> types.Sample:
        body = {"text": text, "title": title, "category": category}
        answer: types.Sample = self._client.request("POST", "samples", body=body, idempotency_key=idempotency_key)
        return answer

    def delete(self, sample_id: int, *, idempotency_key: str | None = None) -> types.Sample:
        answer: types.Sample = self._client.request("DELETE", f"samples/{sample_id}", idempotency_key=idempotency_key)
        return answer
