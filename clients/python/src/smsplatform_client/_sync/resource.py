"""What every resource is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsplatform_client._sync.client import Client


class Resource:
    """What the platform has under one address; reached as an attribute of the client."""

    def __init__(self, client: "Client") -> None:
        self._client = client
