"""Our step on JAX and a CPU, with its convolutions as JAX writes them and as we do.

    python benchmarks/jax_convolutions.py                      # every case
    python benchmarks/jax_convolutions.py --cases dcgan --rounds 5

The contenders are our step on JAX as it is, the same without
`keras_gan_zoo.backend.jax_convolutions`, and on TensorFlow, each in a process of its
own, in turns of one cycle of lazy penalties. The table has the fastest turns, which
other work on the machine slows least, and the seconds until the first step is done,
with tracing and compiling it. It is printed and written to
benchmarks/results/jax_convolutions.md. XLA takes all cores; NPROC=1 and
TF_NUM_INTRAOP_THREADS=1 leave one thread to each.
"""

import argparse
import contextlib
import os
import time
from pathlib import Path

import turns
from steps import ours
from steps.cases import CASES

OUT = Path(__file__).parent / "results" / "jax_convolutions.md"
#: a step without a penalty, penalties on gradients, lazy ones, path lengths
DEFAULT = ("dcgan", "dcgan r1", "wgan_gp", "sngan 32x32", "stylegan2 64x64")
CONTENDERS = {"as it is": "jax", "as JAX writes it": "jax", "TensorFlow": "tensorflow"}


def serve(contender, case):
    if contender == "as JAX writes it":
        from keras_gan_zoo.backend import jax

        jax.fast_convolutions = lambda fn: fn
    run, _ = ours.step(CASES[case])
    start = time.perf_counter()
    run(1)
    first = time.perf_counter() - start
    run(1)
    turns.serve(lambda n: [run(n), first])


def measure(case, rounds):
    """Of each contender: milliseconds of the fastest step, seconds of the first."""
    cycle = CASES[case].cycle
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(
                turns.Contender(__file__, name, case, backend=backend)
            )
            for name, backend in CONTENDERS.items()
        }
        for contender in running.values():
            contender.wait()
        found = {name: [] for name in running}
        for _ in range(rounds):
            for name, contender in running.items():
                found[name].append(contender.run(cycle))
    return {
        name: (1000 * min(taken for taken, _ in turn) / cycle, turn[0][1])
        for name, turn in found.items()
    }


def row(case, found):
    cells = [f"{taken:.0f} (first {first:.0f} s)" for taken, first in found.values()]
    (ours, _), (before, _), (theirs, _) = found.values()
    cells += [f"{ours / before:.2f}x", f"{ours / theirs:.2f}x"]
    return f"| {case} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=DEFAULT)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--serve", nargs=2, metavar=("CONTENDER", "CASE"))
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return

    from keras_gan_zoo.files import write_text
    from keras_gan_zoo.machine import cpus

    lines = [
        f"Milliseconds of our step, the fastest of {arguments.rounds} turns, with "
        f"NPROC={os.environ.get('NPROC', cpus())}.",
        "",
        f"| case | {' | '.join(CONTENDERS)} | of what JAX writes | of TensorFlow |",
        f"|{'---|' * (3 + len(CONTENDERS))}",
    ]
    for case in arguments.cases:
        lines.append(row(case, measure(case, arguments.rounds)))
        print(lines[-1], flush=True)
    write_text(arguments.out, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
