"""Contenders that take turns, each in a process of its own."""

import os
import subprocess
import sys


class Contender:
    """A process that runs `script --serve ARGUMENTS` and answers line by line."""

    def __init__(self, script, *arguments, backend="tensorflow"):
        self.arguments = arguments
        self.process = subprocess.Popen(
            [sys.executable, script, "--serve", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def wait(self):
        """Until it is ready for its first turn."""
        self._read()

    def run(self, amount):
        """A turn: what the contender measured for `amount` units of work, floats."""
        self.process.stdin.write(f"{amount}\n")
        self.process.stdin.flush()
        return [float(value) for value in self._read().split()]

    def _read(self):
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise SystemExit(f"A contender stopped: {' '.join(self.arguments)}")
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def serve(run):
    """In the process: `run(amount)` returns the floats that it measured."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(*run(int(line)), flush=True)
