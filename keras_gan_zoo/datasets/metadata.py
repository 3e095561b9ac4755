"""Labels from `metadata.csv` or `metadata.jsonl`, as image folders on the Hub have."""

import csv
import json
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from keras_gan_zoo.datasets.image_files import listed
from keras_gan_zoo.datasets.tree import File

NAMES = ("metadata.csv", "metadata.jsonl")
MOST_CLASSES = 1_000_000
PATH, LABEL = "file_name", "label"
RULE = (
    f"A metadata file must have a column `{PATH}`, paths below its folder, each image "
    f"in one row, and in a column `{LABEL}`, if there is one, the class of each"
)


def label_files(
    files: Sequence[File], skip: bool = False
) -> tuple[list[File], Counter[str]]:
    """Give image files the labels that metadata files among them have.

    Args:
        files: what is below a folder, see `keras_gan_zoo.datasets.tree`.
        skip: bool: leave out what has no row or no file, instead of an error.

    Returns:
        The files with labels, whole numbers if all are, else text; metadata files with
        labels are no longer among them. And how many rows were left out, and why.

    Raises:
        ValueError: a table that can't be read, or a path that leads out of its folder;
            and without `skip`, images or rows without the other, or more than one.
    """
    tables = [f for f in files if f.skipped and f.parts[-1].lower() in NAMES]
    if not tables:
        return list(files), Counter()
    labels: dict[tuple[str, ...], Any] = {}
    faults: dict[str, list[str]] = {}
    used, unlabelled, outside = set(), set(), []
    images = {f.parts for f in files if f.skipped is None}
    for table in tables:
        rows = list(_rows(table.path))
        if rows and PATH not in rows[0][1]:
            columns = ", ".join(map(repr, rows[0][1]))
            raise ValueError(f"{RULE}. Received: {table.path} with {columns}")
        if not any(LABEL in row for _, row in rows):
            unlabelled.add(table.parts)
            continue
        used.add(table.parts)
        for line, row in rows:
            where, name = f"{table.path}, line {line}", str(row.get(PATH) or "")
            parts = _parts(table, name)
            label = _label(row.get(LABEL))
            if parts is None:
                outside.append(f"{where}: {name!r:.200}")
            elif parts not in images:
                faults.setdefault("row without an image", []).append(
                    f"{where}: {name!r:.200}"
                )
            elif label is None:
                faults.setdefault("row without a label", []).append(where)
            elif parts in labels:
                faults.setdefault("second row of an image", []).append(
                    f"{where}: {name!r:.200}"
                )
            else:
                labels[parts] = label
    if outside:
        raise ValueError(f"{RULE}. Received: paths that lead out, {listed(outside)}")
    folders = [parts[:-1] for parts in used]
    found = []
    numbers = _as_numbers(labels)
    for file in files:
        if file.parts in used:
            continue
        if file.parts in unlabelled:
            file = file._replace(skipped=f"{file.parts[-1]} without a column {LABEL!r}")
        below = any(file.parts[: len(folder)] == folder for folder in folders)
        if file.skipped is None and below and file.parts not in labels:
            reason = "image without a row in metadata"
            faults.setdefault(reason, []).append(file.path)
            file = file._replace(skipped=reason)
        found.append(file._replace(label=numbers.get(file.parts)))
    if faults and not skip:
        kinds = [f"{len(v):,} {why} ({listed(v)})" for why, v in faults.items()]
        raise ValueError(
            f'{RULE}. Mend it, or leave these out by `on_error="skip"`. '
            f"Received: {'; '.join(kinds)}"
        )
    counts = Counter({k: len(v) for k, v in faults.items() if not k.startswith("im")})
    return found, counts


def _rows(path: str) -> Iterator[tuple[int, dict]]:
    """The rows of a table as dicts, and the numbers of their lines."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            if path.lower().endswith(".csv"):
                reader = csv.DictReader(file, strict=True)
                for row in reader:
                    if None in row:
                        raise ValueError(f"line {reader.line_num} has too many fields")
                    yield reader.line_num, row
                return
            for line, text in enumerate(file, 1):
                if text.strip():
                    row = json.loads(text)
                    if not isinstance(row, dict):
                        raise ValueError(f"line {line} is no object, but {text:.100}")
                    yield line, row
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise ValueError(
            f"{RULE}. Received: {path}, which can't be read: {error}"
        ) from error


def _parts(table, name):
    """The names from the folder down to the image of a row; None if it leads out."""
    path = posixpath.normpath(name.replace("\\", "/"))
    if posixpath.isabs(path) or path.split("/")[0] == ".." or ":" in path[1:2]:
        return None
    return (*table.parts[:-1], *path.split("/"))


def _label(value):
    """A label as text; None if there is none."""
    if isinstance(value, list | dict) or value is None:
        return None
    return str(value).strip() or None


def _as_numbers(labels):
    """Labels as whole numbers, if all of them could number classes."""
    try:
        numbers = {parts: float(label) for parts, label in labels.items()}
    except ValueError:
        return labels
    if all(0 <= x < MOST_CLASSES and x.is_integer() for x in numbers.values()):
        return {parts: int(number) for parts, number in numbers.items()}
    return labels
