"""The client: one connection pool, one way to ask, and the resources."""

import os
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any

import httpx
from anyio import sleep

from smsplatform_client import retrying
from smsplatform_client._async import account, phonebook, sending, watching
from smsplatform_client._version import __version__
from smsplatform_client.errors import ApiError, ConnectionFailed, error_of
from smsplatform_client.files import Attachment
from smsplatform_client.queries import asked, given

TIMEOUT_SECONDS = 30.0
PREFIX = "/api/v1/"


class AsyncClient:
    """The web service with one key. Use it as a context manager, or close it.

    ``key`` and ``url`` (scheme and host of the platform) are taken from SMSPLATFORM_KEY and SMSPLATFORM_URL where they
    are left out. ``timeout`` is in seconds, for each attempt. ``retries`` is how often a call is made again after a
    broken connection, 429 or 5xx; writes carry the same Idempotency-Key each time, so nothing is done twice.
    ``language`` (en or fa) is that of sentences. Raises ValueError where key or url is missing.
    """

    def __init__(
        self,
        key: str | None = None,
        *,
        url: str | None = None,
        timeout: float | httpx.Timeout = TIMEOUT_SECONDS,
        retries: int = 4,
        language: str = "en",
        transport: httpx.AsyncBaseTransport | None = None,
        verify: Any = True,
    ) -> None:
        key = key or os.environ.get("SMSPLATFORM_KEY", "")
        url = url or os.environ.get("SMSPLATFORM_URL", "")
        if not key or not url:
            raise ValueError("Give key and url, or set SMSPLATFORM_KEY and SMSPLATFORM_URL.")
        self.retries = retries
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/").removesuffix(PREFIX.rstrip("/")) + PREFIX,
            headers={
                "Authorization": f"Bearer {key}",
                "Accept": "application/json",
                "Accept-Language": language,
                "User-Agent": f"smsplatform-client/{__version__} python-httpx/{httpx.__version__}",
            },
            timeout=timeout,
            transport=transport,
            verify=verify,
        )
        self.messages = sending.Messages(self)
        self.quotes = sending.Quotes(self)
        self.campaigns = sending.Campaigns(self)
        self.verifications = sending.Verifications(self)
        self.templates = sending.Templates(self)
        self.samples = sending.Samples(self)
        self.contacts = phonebook.Contacts(self)
        self.groups = phonebook.Groups(self)
        self.fields = phonebook.Fields(self)
        self.opt_outs = phonebook.OptOuts(self)
        self.inbox = watching.Inbox(self)
        self.auto_replies = watching.AutoReplies(self)
        self.webhooks = watching.Webhooks(self)
        self.events = watching.Events(self)
        self.account = account.Account(self)
        self.lines = account.Lines(self)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        file: Attachment | None = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Ask ``path`` under /api/v1/ and give what the JSON of the answer says. For what has no method here yet.

        Raises ApiError or ConnectionFailed, once the retries are used up.
        """
        sent = dict(headers or {})
        if method != "GET":
            idempotency_key = sent["Idempotency-Key"] = idempotency_key or retrying.new_key()
        options: dict[str, Any] = {"params": asked(query or {}), "headers": sent}
        if file is None and method in {"POST", "PUT", "PATCH"}:
            options["json"] = given(body or {})
        attempt = 0
        while True:
            try:
                return await self._attempt(method, path, options, form, file)
            except ApiError as error:
                pause = retrying.pause_after(attempt, error)
                if pause is None or attempt >= self.retries:
                    raise
            except httpx.TransportError as error:
                pause = retrying.pause_after(attempt)
                if pause is None or attempt >= self.retries or isinstance(error, retrying.NEVER_PASSES):
                    raise ConnectionFailed(f"{type(error).__name__}: {error}", idempotency_key) from error
            attempt += 1
            await sleep(pause)

    async def _attempt(
        self,
        method: str,
        path: str,
        options: Mapping[str, Any],
        form: Mapping[str, Any] | None,
        file: Attachment | None,
    ) -> Any:
        try:
            upload: dict[str, Any] = {"data": given(form or {}), "files": {"file": file.rewound()}} if file else {}
            answer = await self._http.request(method, path, **options, **upload)
        finally:
            if file:
                file.close()
        if not answer.is_success:
            raise error_of(answer)
        return answer.json()

    async def pages(self, path: str, member: str, filters: Mapping[str, Any]) -> AsyncIterator[Any]:
        """Every row of a list, page after page, as they are asked for."""
        query = dict(filters)
        while True:
            page = await self.request("GET", path, query=query)
            for row in page[member]:
                yield row
            if not page.get("next"):
                return
            query["cursor"] = page["next"]

    async def count(self, path: str, filters: Mapping[str, Any]) -> int:
        """How many rows of a list fit; takes time on long lists."""
        page = await self.request("GET", path, query={**filters, "limit": 1}, headers={"Prefer": "count"})
        return int(page["count"])
