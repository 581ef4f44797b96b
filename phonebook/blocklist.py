"""Loading the operators' block list: files of millions of numbers, streamed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from django.db import connection, transaction

from common.phones import normalise_many

_BATCH = 50_000
_SEPARATORS = str.maketrans({";": ",", "\t": ",", "،": ","})


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file's lines: numbers added, there already (or repeated), taken off, and lines that are none."""

    added: int
    known: int
    removed: int
    invalid: int


def load(lines: Iterable[str], *, replace: bool = False) -> Loaded:
    """Add the number that begins each line (before a comma, semicolon or tab); empty lines do not count.

    With ``replace`` the list becomes exactly the file. All or nothing, by COPY, in constant memory.
    """
    valid = invalid = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE blocklist (msisdn bigint NOT NULL)")
        with cursor.copy("COPY blocklist (msisdn) FROM STDIN") as copy:
            for numbers in _batches(lines):
                good = numbers[numbers > 0]
                valid += len(good)
                invalid += len(numbers) - len(good)
                if len(good):
                    copy.write("\n".join(map(str, good.tolist())) + "\n")
        cursor.execute("ANALYZE blocklist")
        removed = 0
        if replace:
            cursor.execute(
                "DELETE FROM phonebook_blockednumber old"
                " WHERE NOT EXISTS (SELECT FROM blocklist new WHERE new.msisdn = old.msisdn)"
            )
            removed = cursor.rowcount
        cursor.execute(
            "INSERT INTO phonebook_blockednumber (msisdn, created_at)"
            " SELECT DISTINCT msisdn, now() FROM blocklist ON CONFLICT (msisdn) DO NOTHING"
        )
        added = cursor.rowcount
        cursor.execute("DROP TABLE blocklist")
    return Loaded(added=added, known=valid - added, removed=removed, invalid=invalid)


def _batches(lines: Iterable[str]) -> Iterator[np.ndarray]:
    written = (line.translate(_SEPARATORS).split(",", 1)[0].strip().strip('"') for line in lines)
    filled = (value for value in written if value)
    while batch := list(islice(filled, _BATCH)):
        yield normalise_many(batch)
