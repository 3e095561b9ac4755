"""The opcodes of a pickle one by one, with bounds on what they declare."""

import pickletools
from typing import IO, Any, cast

from keras_gan_zoo.weight_files.window import Window

MAX_STEPS = 2_000_000  # opcodes of a file, and visits to what they make
MAX_TEXT = 1 << 26  # bytes of a file's strings and numbers, tensors not counted
MAX_STRING = 1 << 20  # bytes of one string; a module's source text is such
MAX_LINE = 4096
SHORT = 256  # longer bytes stay in the file
CHUNK = 1 << 16

OPCODES = {op.code.encode("latin1"): op for op in pickletools.opcodes}
COUNTED = {"BINBYTES": 4, "BINBYTES8": 8, "BYTEARRAY8": 8}  # bytes of the count


class Budget:
    """What may still be made, for all pickles of a file together."""

    def __init__(self) -> None:
        self.steps, self.text = MAX_STEPS, MAX_TEXT

    def spend(self, steps: int = 1, text: int = 0) -> None:
        """Count something, or raise a `ValueError`."""
        self.steps -= steps
        self.text -= text
        if self.steps < 0 or self.text < 0:
            raise ValueError("it holds more than any network has")


class Stream:
    """A window read from its start to its end, in chunks."""

    def __init__(self, window: Window, budget: Budget) -> None:
        self.window, self.budget, self.position = window, budget, 0
        self._chunk, self._start = b"", 0

    def opcode(self) -> tuple[str, Any]:
        """The next opcode's name and its argument."""
        code = self.read(1)
        if not code:
            raise ValueError(f"it ends early, after {self.position} bytes")
        if code not in OPCODES:
            raise ValueError(f"byte {self.position - 1} is no opcode of a pickle")
        name, arg = OPCODES[code].name, OPCODES[code].arg
        if name in COUNTED:
            count = int.from_bytes(self.read(COUNTED[name]), "little")
            if count > SHORT:
                return name, self.take(count)
            self.budget.spend(0, count)
            return name, self.read(count)
        start = self.position
        value = arg and arg.reader(cast(IO, self))
        self.budget.spend(0, self.position - start)
        return name, value

    def read(self, count: int) -> bytes:
        """The next `count` bytes, or fewer where the window ends."""
        if not 0 <= count <= MAX_STRING:
            raise ValueError(f"a string of {count} bytes")
        at = self.position - self._start
        if at + count > len(self._chunk):
            size = min(max(count, CHUNK), self.window.size - self.position)
            self._chunk = bytes(self.window.read(self.position, size))
            self._start, at = self.position, 0
        data = self._chunk[at : at + count]
        self.position += len(data)
        return data

    def readline(self) -> bytes:
        """The next bytes up to a line's end."""
        start = self.position
        line, end, _ = self.read(MAX_LINE).partition(b"\n")
        self.position = start + len(line) + len(end)
        return line + end

    def take(self, count: int) -> Window:
        """The next `count` bytes as a window, not read yet."""
        part = self.window.part(self.position, count)
        self.position += count
        return part
