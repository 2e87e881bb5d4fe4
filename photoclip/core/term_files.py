"""Files of terms: read from tables and plain lists as people keep them, written as a table."""

import csv
import io
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from photoclip.core.terms import Term, checked, combined, fold, refuse_cycle, tidy
from photoclip.errors import PhotoClipError
from photoclip.resources import resource_path

COLUMNS = ("term", "category", "chinese", "parents", "synonyms", "prompts", "competes")
_HIDDEN = "hidden"
_OTHER_HEADINGS = {
    "group": "category",
    "parent": "parents",
    "synonym": "synonyms",
    "prompt": "prompts",
}
# 50,000 terms with all their columns take a tenth of it.
_LARGEST = 64 * 1024 * 1024
# In a list, a separator that is part of a name has a backslash before it.
_IN_A_LIST = re.compile(r"(?:\\[\\;；]|[^;；])+")
_ESCAPED = re.compile(r"\\([\\;；])")
_TO_ESCAPE = re.compile(r"[\\;；]")


# The number of each line and its term, before it those that are named only as its ancestors.
_Lines = list[tuple[int, list[Term]]]


@dataclass(frozen=True)
class Imported:
    """What a file of terms held.

    Attributes:
        duplicates: names that stood in it more than once, their lines merged.
        ignored: headings of columns that mean nothing here.
    """

    terms: tuple[Term, ...]
    duplicates: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@cache
def built_in_terms() -> tuple[Term, ...]:
    """The terms that PhotoClip brings."""
    return import_terms(resource_path("terms.tsv")).terms


def import_terms(path: Path, levels: str = "|") -> Imported:
    """The terms of a file; in UTF-8 or UTF-16.

    A table, tab-separated or CSV, has the `COLUMNS` in any order under their headings, or in this
    order without; lists in it are separated by semicolons. Any other file has one term a line.

    Args:
        levels: characters that part the levels of a hierarchy in a plain list, as digiKam and
            Lightroom write it: "Animals|Dog|Puppy". Add "/" where it is meant so; by default it
            is a part of the name.

    Raises:
        PhotoClipError: it cannot be read, is no such file, or its terms go round in a circle; the
            text names the line or the terms.
    """
    text = _text(path)
    delimiter = _delimiter(text, path)
    lines, ignored = _table(text, delimiter, path) if delimiter else (_plain(text, levels), ())
    found: dict[str, Term] = {}
    stood: set[str] = set()
    duplicates: dict[str, None] = {}
    for number, terms in lines:
        for term in terms:
            try:
                term = checked(term)
                folded = fold(term.term)
                known = found.get(folded)
                found[folded] = combined(known, term) if known else term
            except PhotoClipError as error:
                raise PhotoClipError(f"Line {number} of {path.name}: {error}") from None
        # The last of a line is the one it is about; those before are only where it belongs.
        if folded in stood:
            duplicates[found[folded].term] = None
        stood.add(folded)
    if not found:
        raise PhotoClipError(f"{path.name} holds no terms. Put one on each line.")
    refuse_cycle({t.term: [_name(found, p) for p in t.parents] for t in found.values()})
    return Imported(tuple(found.values()), tuple(duplicates), ignored)


def export_terms(path: Path, terms: Iterable[Term]) -> None:
    """Write terms as a tab-separated table that `import_terms` reads back the same.

    The file is written whole or not at all.

    Raises:
        PhotoClipError: it cannot be written.
    """
    terms = tuple(terms)
    columns = (*COLUMNS, _HIDDEN) if any(term.hidden for term in terms) else COLUMNS
    written = io.StringIO(newline="")
    table = csv.writer(written, delimiter="\t", lineterminator="\n")
    table.writerow(columns)
    table.writerows([_cell(getattr(term, column)) for column in columns] for term in terms)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        # With a byte order mark, without which Excel shows no Chinese.
        part.write_text(written.getvalue(), "utf-8-sig", newline="")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(
            f"{path} could not be written ({reason}). Choose another place."
        ) from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise PhotoClipError(f"{path.name} is too large to be a list of terms.")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PhotoClipError(f"{path} could not be read ({reason}).") from error
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data[:2]:
        # Text without a byte order mark begins, in most languages, with a Latin letter.
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PhotoClipError(
            f"Line {line} of {path.name} is not in UTF-8. Save the file as UTF-8 text."
        ) from None
    if "\0" in text:
        raise PhotoClipError(f"{path.name} is not a text file. Choose a list or table of terms.")
    return text


def _delimiter(text: str, path: Path) -> str:
    """What parts the columns; nothing where each line is a term."""
    if re.search(r"[^\t\r\n]\t", text):
        return "\t"
    first = text.lstrip().partition("\n")[0]
    comma = ";" if first.count(";") > first.count(",") else ","
    headings = _headings(first.replace('"', "").split(comma))
    if path.suffix.lower() == ".csv" or len(set(headings) & {*COLUMNS, _HIDDEN}) > 1:
        return comma
    return ""


def _table(text: str, delimiter: str, path: Path) -> tuple[_Lines, tuple[str, ...]]:
    """The term of each line, and the headings that mean nothing."""
    rows = _rows(text, delimiter, path)
    columns = _headings(rows[0][1]) if rows else []
    if columns:
        twice = next((c for c in columns if c and columns.count(c) > 1), None)
        if twice:
            raise PhotoClipError(
                f"Line {rows[0][0]} of {path.name} has two columns called “{twice}”. Rename one."
            )
        del rows[0]
    columns = columns or [*COLUMNS, _HIDDEN]
    lines: _Lines = []
    for line, cells in rows:
        if any(map(tidy, cells[len(columns) :])):
            raise PhotoClipError(
                f"Line {line} of {path.name} has {len(cells)} columns instead of {len(columns)}. "
                "Check what separates them."
            )
        lines.append((line, [_term(dict(zip(columns, cells, strict=False)))]))
    return lines, tuple(c for c in columns if c and c not in (*COLUMNS, _HIDDEN))


def _rows(text: str, delimiter: str, path: Path) -> list[tuple[int, list[str]]]:
    """The cells of each row that is not empty, and the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    line = 1
    try:
        for cells in reader:
            if any(map(tidy, cells)):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise PhotoClipError(
            f"Line {line} of {path.name} cannot be read as a table. Check its quotation marks."
        ) from None
    return rows


def _headings(cells: list[str]) -> list[str]:
    """The names of the columns, where these cells are their headings; else nothing."""
    names = [fold(cell) for cell in cells]
    names = [_OTHER_HEADINGS.get(name, name) for name in names]
    return names if "term" in names else []


def _term(cells: dict[str, str]) -> Term:
    return Term(
        term=cells.get("term", ""),
        category=cells.get("category", ""),
        chinese=cells.get("chinese", ""),
        parents=_list(cells.get("parents", "")),
        synonyms=_list(cells.get("synonyms", "")),
        prompts=_list(cells.get("prompts", "")),
        competes=cells.get("competes", ""),
        hidden=fold(cells.get(_HIDDEN, "")) not in ("", "no", "0", "false"),
    )


def _plain(text: str, levels: str) -> _Lines:
    """The term of each line, before it those that it belongs to.

    Lightroom indents with a tab for each level, and puts synonyms in braces below their keyword.
    """
    lines: _Lines = []
    above: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        names = [line] if not levels else re.split(f"[{re.escape(levels)}]", line)
        names = [name for name in map(tidy, names) if name]
        if not names:
            continue
        synonym = re.fullmatch(r"\t+\{(.+)\}\s*", line)
        if synonym and lines:
            term = lines[-1][1][-1]
            lines[-1][1][-1] = replace(term, synonyms=(*term.synonyms, synonym[1]))
            continue
        above = above[: len(line) - len(line.lstrip("\t"))]
        parents = [above[-1:], *([name] for name in names)]
        terms = [Term(n, parents=tuple(p)) for n, p in zip(names, parents, strict=False)]
        lines.append((number, terms))
        above.append(names[-1])
    return lines


def _list(cell: str) -> tuple[str, ...]:
    return tuple(_ESCAPED.sub(r"\1", name.strip()) for name in _IN_A_LIST.findall(cell))


def _cell(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return "; ".join(_TO_ESCAPE.sub(r"\\\g<0>", name) for name in value)
    return value if isinstance(value, str) else "yes" if value else ""


def _name(terms: dict[str, Term], name: str) -> str:
    """A term's name as it stands in the file, whichever way it is written."""
    known = terms.get(fold(name))
    return known.term if known else name
