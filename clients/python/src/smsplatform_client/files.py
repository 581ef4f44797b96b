"""A file of recipients as httpx takes it, from its beginning at each attempt."""

from pathlib import Path
from typing import IO

Upload = str | Path | bytes | IO[bytes]


class Attachment:
    """``upload`` is a path, the octets themselves, or an open binary file that can be rewound."""

    def __init__(self, upload: Upload, name: str | None = None) -> None:
        self._path = Path(upload) if isinstance(upload, str | Path) else None
        self._octets = upload if isinstance(upload, bytes) else None
        self._open = None if isinstance(upload, str | Path | bytes) else upload
        self._start = self._open.tell() if self._open else 0
        found = self._path.name if self._path else Path(str(getattr(upload, "name", "recipients.csv"))).name
        self.name = name or found
        self._mine: IO[bytes] | None = None

    def rewound(self) -> tuple[str, bytes | IO[bytes]]:
        self.close()
        if self._octets is not None:
            return self.name, self._octets
        if self._open is not None:
            self._open.seek(self._start)
            return self.name, self._open
        assert self._path is not None
        self._mine = self._path.open("rb")
        return self.name, self._mine

    def close(self) -> None:
        """Close what this opened, never what the caller did."""
        if self._mine:
            self._mine.close()
            self._mine = None
