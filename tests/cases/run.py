"""Runs each case on each backend: `make cases`, or `python run.py [CASE ...]`.

A case is a script after a public bug report; it exits with 0 if the package does right.
Each runs in a process of its own, forked from one that has imported the package already
(and has no threads yet), which saves most of the time.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")
AT_ONCE = 2
SECONDS, LINES = 300, 30  # for one case; of what it printed, if it failed
HERE = Path(__file__).resolve().parent


def case_files(names=()):
    """The files of all cases, or of those named."""
    cases = {path.stem: path for path in sorted(HERE.glob("*.py"))}
    for helper in ("run", "small"):
        del cases[helper]
    return [cases[Path(name).stem] for name in names] or list(cases.values())


def run_case(path, output):
    """In a process of its own: run a case, its output into a file."""
    log = os.open(output, os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["KERAS_GAN_ZOO_CACHE"] = tempfile.mkdtemp()
    sys.path.insert(0, str(HERE))
    runpy.run_path(str(path), run_name="__main__")


def result(context, path):
    """The seconds that a case took, and its output if it failed, else None."""
    with tempfile.NamedTemporaryFile("r") as output:
        process = context.Process(target=run_case, args=(path, output.name))
        start = time.monotonic()
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
        seconds = time.monotonic() - start
        failed = process.exitcode != 0
        end = "".join(output.readlines()[-LINES:])
        return seconds, f"exit {process.exitcode}\n{end}" if failed else None


def run_backend(paths):
    """Run cases on the backend of this process; returns how many failed."""
    context = multiprocessing.get_context("forkserver")
    # Keras' `set_random_seed` imports TensorFlow on any backend, if it is there.
    context.set_forkserver_preload(["keras_gan_zoo", "tensorflow"])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda path: result(context, path), paths))
    backend = os.environ["KERAS_BACKEND"]
    for path, (seconds, output) in zip(paths, results, strict=True):
        print(f"{backend:10} {path.stem:32} {seconds:5.1f} s", end="  ")
        print("ok" if output is None else f"FAILED, {output}", flush=True)
    return sum(output is not None for _, output in results)


def main(arguments):
    if os.environ.get("CASES_OF_ONE_BACKEND"):
        return run_backend(case_files(arguments))
    failed = 0
    for backend in BACKENDS:
        with tempfile.TemporaryDirectory() as hub:
            settings = {
                "CASES_OF_ONE_BACKEND": "1",
                "HF_HOME": hub,
                "HF_HUB_OFFLINE": "1",
                "KERAS_BACKEND": backend,
                "TF_CPP_MIN_LOG_LEVEL": "3",
            }
            command = [sys.executable, __file__, *arguments]
            failed += subprocess.run(command, env={**os.environ, **settings}).returncode
    print(f"{failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
