"""Takes a delimited file apart into records, so that one broken line costs one line and never the file."""

from __future__ import annotations

import codecs
import csv
import stat
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO, overload

from console.imports.columns import REQUIRED, column_of, folded
from console.output import COULD_NOT_RUN, Stop

LARGEST_FILE = 200_000_000  # bytes
LARGEST_IN_MEMORY = 2_000_000  # bytes; of a larger file only some lines are in memory at once
LONGEST_LINE = 100_000  # characters
MOST_LINES_OF_A_RECORD = 20  # an address with line ends is fine; a quote that is never closed must not eat the file
_DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True)
class Record:
    """One record: its first line (from 1), its cells by column, the columns nobody asked for, or what is wrong."""

    line: int
    cells: dict[str, str]
    extra: dict[str, str]
    wrong: str = ""


@dataclass(frozen=True)
class Table:
    """The file's lines with the meaning of their columns; `names` holds a known column or the header itself."""

    lines: Sequence[str]
    names: list[str]
    known: frozenset[str]
    delimiter: str
    begins: int

    def __len__(self) -> int:
        return len(self.lines)

    def records(self) -> Iterator[Record]:
        """Every record that is not empty, broken ones among them."""
        at = self.begins
        while at < len(self.lines):
            cells, after, wrong = _cells(self.lines, at, self.delimiter)
            line, at = at + 1, after
            if wrong:
                yield Record(line, {}, {}, wrong)
            elif any(cell.strip() for cell in cells):
                yield self._record(line, cells)

    def _record(self, line: int, cells: list[str]) -> Record:
        if len(cells) > len(self.names) and any(cell.strip() for cell in cells[len(self.names) :]):
            return Record(line, {}, {}, f"has {len(cells)} cells, the header only {len(self.names)}")
        pairs = [(name, cell.strip()) for name, cell in zip(self.names, cells, strict=False)]
        mine = {name: cell for name, cell in pairs if name in self.known and cell}
        return Record(line, mine, {name: cell for name, cell in pairs if name not in self.known and cell})


@dataclass(frozen=True)
class Columns:
    """The columns of a kind of file: which one a header names, which must be there, and the command that lists them."""

    of: Callable[[str], str | None] = column_of
    required: tuple[str, ...] = REQUIRED
    listed_by: str = "relance columns"


INVOICES = Columns()


def open_table(
    path: Path, given: frozenset[str] = frozenset(), encoding: str = "utf-8", columns: Columns = INVOICES
) -> Table:
    """Read a file: UTF-8 with or without a mark; semicolon, comma or tab. Stop when it is no such file.

    `given` are columns that need not be there, because their value is said for every row.
    """
    lines = _lines(path, encoding)
    begins = next((number for number, line in enumerate(lines) if line.strip()), None)
    if begins is None:
        raise Stop(f"{path} is empty.", COULD_NOT_RUN)
    delimiter = max(_DELIMITERS, key=lambda mark: sum(columns.of(h) is not None for h in _header(lines, begins, mark)))
    header = _header(lines, begins, delimiter)
    names = [columns.of(h) or folded(h)[:60] or f"column_{n}" for n, h in enumerate(header, 1)]
    known = frozenset(name for header, name in zip(header, names, strict=True) if columns.of(header))
    _check(path, names, known | given, columns)
    return Table(lines, names, known, delimiter, _cells(lines, begins, delimiter)[1])


def _lines(path: Path, encoding: str) -> Sequence[str]:
    try:
        found = path.stat()
        if found.st_size > LARGEST_FILE:
            raise Stop(f"{path} has more than {LARGEST_FILE // 10**6} MB: cut it into several files.", COULD_NOT_RUN)
        large = stat.S_ISREG(found.st_mode) and found.st_size > LARGEST_IN_MEMORY
        with path.open("rb") as file:
            content = file.read(4) if large else file.read()
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.", COULD_NOT_RUN) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Stop(f"{path} is UTF-16. Save it as UTF-8 (in a spreadsheet: CSV UTF-8).", COULD_NOT_RUN)
    # A file with a mark is UTF-8 whatever was said. What is not becomes lone surrogates, refused row by row.
    marked = content.startswith(codecs.BOM_UTF8)
    encoding = "utf-8-sig" if marked else encoding
    if large:
        return _Lines(path, encoding)
    text = content.decode(encoding, errors="surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class _Lines(Sequence[str]):
    """The lines of a large file, read again from the disk as they are asked for, mostly in order."""

    _KEPT = 4096

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        with self._open() as file:
            self._count = 1 + sum(1 for _ in file)
        self._begin()

    def _begin(self) -> None:
        self._file = self._open()
        weakref.finalize(self, self._file.close)
        self._first, self._kept = 0, list[str]()

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding, errors="surrogateescape", newline=None)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            raise TypeError("one line at a time")
        if not 0 <= at < self._count:
            raise IndexError(at)
        if at < self._first:
            self._begin()
        while at >= self._first + len(self._kept):
            behind = self._kept[-MOST_LINES_OF_A_RECORD:]
            more = [line.removesuffix("\n") for line in islice(self._file, self._KEPT)]
            self._first += len(self._kept) - len(behind)
            self._kept = [*behind, *more] if more else [*behind, ""]
        return self._kept[at - self._first]


def _header(lines: Sequence[str], at: int, delimiter: str) -> list[str]:
    return _cells(lines, at, delimiter)[0]


def _check(path: Path, names: list[str], there: frozenset[str], columns: Columns) -> None:
    missing = [name for name in columns.required if name not in there]
    if missing:
        found = ", ".join(ascii(name) for name in names[:40])
        raise Stop(
            f"{path} has no column {', '.join(missing)}. Its first line reads: {found}. "
            f"`{columns.listed_by}` lists the columns.",
            COULD_NOT_RUN,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Stop(f"{path} has two columns for {', '.join(map(ascii, twice))}: remove one.", COULD_NOT_RUN)


def _cells(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int, str]:
    """The cells of the record that begins at this line, where the next one begins, and what is wrong with it."""
    if len(lines[at]) > LONGEST_LINE:
        return [], at + 1, f"has {len(lines[at]):,} characters, which no invoice needs"
    if '"' not in lines[at]:
        return lines[at].split(delimiter), at + 1, ""
    text = lines[at]
    for after in range(at + 1, min(at + MOST_LINES_OF_A_RECORD, len(lines)) + 1):
        if text.count('"') % 2 == 0:
            return _quoted(text, after, delimiter)
        if after < len(lines):
            text += "\n" + lines[after]
    return [], at + 1, 'has a " that is never closed'


def _quoted(text: str, after: int, delimiter: str) -> tuple[list[str], int, str]:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True)), after, ""
    except csv.Error as error:
        return [], after, f"cannot be read ({error})"
