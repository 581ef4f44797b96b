"""``manage.py numberbank load FILE``: the bank from the command line (3.6)."""

import json
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.phones import normalise
from common.tables import TableError, open_table
from common.uploads import UploadRefused
from numberbank import bitmaps, demo
from numberbank.loading import LoadRefused, guess_columns, remove, run, start_load, tidy_tables
from numberbank.models import Dimension, Load
from numberbank.words import Field


class Command(BaseCommand):
    help = "The bank of subscriber numbers: load files, go on with a load that was cut short, count, make demo rows."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        loading = actions.add_parser("load", help="load a csv, txt, xls or xlsx file")
        loading.add_argument("file")
        loading.add_argument(
            "--columns",
            default="",
            help="field=column, comma-separated, columns counted from 1 (number=1,guild=3); default: by their names. "
            f"Fields: {', '.join(Field)}.",
        )
        resuming = actions.add_parser("resume", help="go on with a load whose process died")
        resuming.add_argument("load", type=int)
        actions.add_parser("counts", help="print what is in the bank as JSON")
        actions.add_parser("index", help="make every bitmap anew, as after a change of the operators' prefixes")
        making = actions.add_parser("demo", help="add made-up subscribers to an empty bank")
        making.add_argument("--rows", type=int, default=100_000)
        making.add_argument("--seed", type=int, default=1)
        removing = actions.add_parser("remove", help="take numbers out of the bank")
        removing.add_argument("numbers", nargs="+")

    def handle(self, *args, **options) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _load(self, options: dict) -> None:
        path = Path(options["file"]).resolve()
        try:
            columns = self._columns(options["columns"]) or guess_columns(open_table(path, path.name))
            load = start_load(path=str(path), filename=path.name, columns=columns, now=timezone.now())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except (TableError, UploadRefused, LoadRefused) as error:
            raise CommandError(str(error)) from error
        self._run(load.pk, by_force=False)

    def _columns(self, text: str) -> dict[Field, int]:
        try:
            pairs = [pair.split("=") for pair in text.split(",") if pair]
            return {Field(name.strip()): int(place) - 1 for name, place in pairs}
        except ValueError as error:
            raise CommandError(f"--columns: {error}") from error

    def _resume(self, options: dict) -> None:
        self._run(options["load"], by_force=True)

    def _run(self, load_id: int, *, by_force: bool) -> None:
        load = run(load_id, now=timezone.now(), by_force=by_force, tell=self._tell)
        if load is None:
            raise CommandError(f"Load {load_id} has ended, or another process works on it.")
        names = ("id", "state", "rows_read", "added", "changed", "unchanged", "rejected", "problem")
        self.stdout.write(json.dumps({name: getattr(load, name) for name in names}))
        if load.state == Load.State.FAILED:
            sys.exit(1)

    def _tell(self, load: Load) -> None:
        self.stderr.write(f"load {load.pk}: {load.state}, {load.rows_read} of {load.rows_total} rows")

    def _counts(self, options: dict) -> None:
        tallies = bitmaps.tallies(*Dimension)
        found = {str(dimension.name).lower(): sum(values.values()) for dimension, values in tallies.items()}
        self.stdout.write(json.dumps({"subscribers": bitmaps.total(), **found}))

    def _index(self, options: dict) -> None:
        bitmaps.mark_all_changed()
        self._refresh()

    def _demo(self, options: dict) -> None:
        if not 1 <= options["rows"] <= 10_000_000:
            raise CommandError("--rows: from 1 to 10,000,000")
        started = time.monotonic()
        if not demo.fill(options["rows"], now=timezone.now(), seed=options["seed"]):
            raise CommandError("The bank is not empty; made-up numbers would mix with real ones.")
        tidy_tables()
        seconds = round(time.monotonic() - started, 1)
        self.stdout.write(json.dumps({"subscribers": bitmaps.total(), "seconds": seconds}))

    def _refresh(self) -> None:
        for segment in bitmaps.changed_segments():
            bitmaps.refresh(segment, now=timezone.now())
        tidy_tables()

    def _remove(self, options: dict) -> None:
        numbers = [normalise(number) for number in options["numbers"]]
        if None in numbers:
            raise CommandError("Give mobile numbers such as 09121234567.")
        self.stdout.write(json.dumps({"removed": remove(numbers, now=timezone.now())}))
