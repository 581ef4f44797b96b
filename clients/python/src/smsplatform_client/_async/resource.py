"""What every resource is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsplatform_client._async.client import AsyncClient


class Resource:
    """What the platform has under one address; reached as an attribute of the client."""

    def __init__(self, client: "AsyncClient") -> None:
        self._client = client
