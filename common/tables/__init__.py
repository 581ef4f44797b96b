"""Table files: what people upload (text, CSV, xls, xlsx), read in bounded memory; xlsx and CSV written for them."""

from common.tables.errors import (
    DamagedFile,
    EmptyFile,
    NotATable,
    PasswordProtected,
    TableError,
    TooLarge,
    UnsupportedFormat,
    WebPage,
)
from common.tables.reading import Kind, Table, guess_phone_column, open_table
from common.tables.writing import csv_chunks, csv_rows, write_csv, write_xlsx

__all__ = [
    "DamagedFile",
    "EmptyFile",
    "Kind",
    "NotATable",
    "PasswordProtected",
    "Table",
    "TableError",
    "TooLarge",
    "UnsupportedFormat",
    "WebPage",
    "csv_chunks",
    "csv_rows",
    "guess_phone_column",
    "open_table",
    "write_csv",
    "write_xlsx",
]
