"""Text and CSV files: encoding, delimiter, rows, read as a stream."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from common import phones
from common.tables.errors import DamagedFile
from common.tables.recognising import HEAD, guess_utf16

DELIMITERS = ",;\t|"
MAX_FIELD = 1024 * 1024
BLOCK = 1024 * 1024
_GUARDED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


@dataclass(frozen=True, slots=True)
class PlainText:
    """How the rows of a text file are to be read. Without a delimiter a line is a row of one cell."""

    path: Path
    encoding: str
    delimiter: str | None
    is_one_line: bool  # numbers in a single line, each a row of its own

    @classmethod
    def examine(cls, path: Path) -> "PlainText":
        encoding = encoding_of(path)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            sample = file.read(HEAD)
            is_whole = not file.read(1)
        lines = sample.splitlines()
        if not is_whole and len(lines) > 1:
            lines.pop()
        delimiter = delimiter_of(lines)
        return cls(path, encoding, delimiter, _is_line_of_numbers(lines, delimiter))

    def batches(self, size: int) -> Iterator[list[list[str]]]:
        """Every row, in lists of at most ``size``; blank ones too, so that their numbers are those of the lines."""
        if self.delimiter is None:
            yield from ([[line] for line in lines] for lines in self.lines(size))
            return
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            yield from self._records(file, size)

    def lines(self, size: int) -> Iterator[list[str]]:
        """The lines of a file without delimiter, in lists of at most ``size``."""
        with self.path.open(encoding=self.encoding, errors="replace") as file:
            waiting: list[str] = []
            for lines in _line_blocks(file):
                waiting += lines
                while len(waiting) >= size:
                    yield waiting[:size]
                    waiting = waiting[size:]
            if waiting:
                yield waiting

    def _records(self, file: io.TextIOBase, size: int) -> Iterator[list[list[str]]]:
        csv.field_size_limit(MAX_FIELD)
        marked: list[str] = []
        records = csv.reader(_watched(file, marked), delimiter=self.delimiter)
        rows = ([cell] for record in records for cell in record) if self.is_one_line else records
        try:
            while part := list(islice(rows, size)):
                if marked:
                    part = [[_clean(cell) for cell in row] for row in part]
                    marked.clear()
                yield [row or [""] for row in part]
        except csv.Error as error:
            raise DamagedFile from error


def _watched(lines: Iterable[str], marked: list[str]) -> Iterator[str]:
    """The same lines; those in which some cell may need cleaning are noted, for most files have none."""
    for line in lines:
        if "'" in line or "\x00" in line or "\ufeff" in line:
            marked.append(line)
        yield line


def _line_blocks(file: io.TextIOBase) -> Iterator[list[str]]:
    """The lines of each block of the file, cleaned; none may be longer than a field."""
    rest = ""
    while block := file.read(BLOCK):
        if "\x00" in block or "\ufeff" in block:
            block = _without_marks(block)
        lines = (rest + block).split("\n")
        rest = lines.pop()
        if len(rest) > MAX_FIELD:
            raise DamagedFile
        yield [_clean(line) for line in lines] if "'" in block else lines
    if rest:
        yield [_clean(rest)]


def _clean(cell: str) -> str:
    """Without NUL and byte order marks, and without the apostrophe that keeps a cell of our own CSV from running."""
    if "\x00" in cell or "\ufeff" in cell:
        cell = _without_marks(cell)
    return cell[1:] if _GUARDED.match(cell) else cell


def _without_marks(text: str) -> str:
    return text.replace("\x00", "").replace("\ufeff", "")


def encoding_of(path: Path) -> str:
    """A codec's name. What has no mark and is not valid UTF-8 to its last octet is Windows-1256, as old Excel saves."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if guessed := guess_utf16(head):
            return guessed
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk = head
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(1024 * 1024)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "windows-1256"
    return "utf-8-sig"


def delimiter_of(lines: list[str]) -> str | None:
    """The delimiter found in most lines, and dividing them most evenly; None when none is in more than half of them."""
    lines = [line for line in lines if line.strip()][:1000]
    best, best_score = None, (0.5, 0.0)
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        divided = [count for count in counts if count > 1]
        if not divided:
            continue
        evenness = divided.count(max(set(divided), key=divided.count)) / len(counts)
        score = (len(divided) / len(counts), evenness)
        if score > best_score and score[0] > 0.5:
            best, best_score = delimiter, score
    return best


def _is_line_of_numbers(lines: list[str], delimiter: str | None) -> bool:
    if delimiter is None or len([line for line in lines if line.strip()]) != 1:
        return False
    cells = [cell for cell in lines[0].split(delimiter)[:-1] if cell.strip()]
    return len(cells) > 1 and all(phones.normalise(cell) for cell in cells)
