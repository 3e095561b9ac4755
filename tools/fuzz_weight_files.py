#!/usr/bin/env python3
"""Change weight files at random and read them: only the documented error may come.

    python tools/fuzz_weight_files.py FILE ... --seconds 120

The files are valid ones, small, of any container. What breaks the reader is written to
`fuzz-<number>.bin`, with what came of it on the screen.
"""

import argparse
import faulthandler
import io
import random
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from keras_gan_zoo.weight_files import read_weights

SLOW = 20  # seconds
NUMBERS = [0, 1, 2, 4, 127, 128, 255, 256, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**62]
OPCODES = b".(0123BCDFGIJKLMNPQRSTUVX]abcdeghijlopqrstu})\x80\x81\x82\x85\x86\x87\x88"
OPCODES += b"\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98"


def fuzz(
    files: Sequence[bytes], rng: random.Random, go_on: Callable[[int], bool]
) -> list[tuple[bytes, str]]:
    """Read changed files as long as `go_on(rounds)`.

    Returns:
        list of the files that broke the reader, with what came of them.
    """
    found, rounds = [], 0
    while go_on(rounds):
        data = changed(rng.choice(files), rng.choice(files), rng)
        rounds += 1
        if problem := problem_of(data):
            found.append((data, problem))
    return found


def problem_of(data: bytes) -> str | None:
    """What is wrong with the way in which these bytes are read, if anything."""
    started = time.monotonic()
    try:
        weights = read_weights(data, origin="a file")
        for tensor in weights.values():
            np.asarray(tensor)
    except ValueError as error:
        if "Received: a file (" not in str(error):
            return f"an error of another form: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    return f"{seconds:.0f} seconds" if seconds > SLOW else None


def changed(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A file with some changes; in a zip archive often those of one member."""
    if data.startswith(b"PK") and rng.random() < 0.8:
        return _with_changed_member(data, other, rng)
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        if data:
            rng.choice(CHANGES)(data, other, rng)
    return bytes(data)


def _with_changed_member(data, other, rng):
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(file, "w") as new,
    ):
        chosen = max(
            old.namelist(), key=lambda name: rng.random() + 2 * ("pkl" in name)
        )
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, changed(content, other, rng) if name == chosen else content
            )
    return file.getvalue()


def _place(data, rng):
    """Often near the start, where the structure is."""
    return rng.randrange(min(len(data), rng.choice([64, 512, 4096, len(data)])))


def _flip(data, other, rng):
    data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _byte(data, other, rng):
    data[_place(data, rng)] = rng.randrange(256)


def _opcode(data, other, rng):
    data[_place(data, rng)] = rng.choice(OPCODES)


def _insert(data, other, rng):
    at = _place(data, rng)
    data[at:at] = bytes(rng.choice(OPCODES) for _ in range(rng.randrange(1, 8)))


def _delete(data, other, rng):
    at = _place(data, rng)
    del data[at : at + rng.randrange(1, 32)]


def _number(data, other, rng):
    at, form = _place(data, rng), rng.choice(["<I", "<Q", ">I", "<H"])
    size = struct.calcsize(form)
    number = (rng.choice(NUMBERS) * rng.choice([1, -1])) % 2 ** (8 * size)
    data[at : at + size] = struct.pack(form, number)


def _repeat(data, other, rng):
    at, size = _place(data, rng), rng.randrange(1, 64)
    data[at:at] = data[at : at + size] * rng.choice([1, 2, 100])


def _splice(data, other, rng):
    at, start = _place(data, rng), _place(other, rng)
    data[at : at + 64] = other[start : start + rng.randrange(1, 64)]


def _cut(data, other, rng):
    del data[rng.randrange(len(data)) :]


CHANGES = [_flip, _byte, _opcode, _insert, _delete, _number, _repeat, _splice, _cut]


def main() -> None:
    """Fuzz for a while; exits with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    faulthandler.enable()
    files = [path.read_bytes() for path in options.files]
    rounds, end = 0, time.monotonic() + options.seconds

    def go_on(number):
        nonlocal rounds
        rounds = number
        return time.monotonic() < end

    found = fuzz(files, random.Random(options.seed), go_on)
    for number, (data, problem) in enumerate(found):
        Path(f"fuzz-{number}.bin").write_bytes(data)
        print(f"fuzz-{number}.bin: {problem}")
    print(f"{rounds} files read, {len(found)} problems")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
