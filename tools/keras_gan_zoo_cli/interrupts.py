"""Ctrl-C, also before there is a command; what this imports must be quick."""

import contextlib
import sys
from collections.abc import Iterator

INTERRUPTED = 130


@contextlib.contextmanager
def said() -> Iterator[None]:
    """Turn Ctrl-C into a line and an exit code, in place of a traceback."""
    try:
        yield
    except KeyboardInterrupt as interruption:
        print(f"\n{str(interruption) or 'Interrupted.'}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
