"""One GAN iteration: ours against a hand-written Keras step and a plain PyTorch loop.

    python benchmarks/train_step.py                      # every case
    python benchmarks/train_step.py --cases dcgan mlp --rounds 7
    python benchmarks/train_step.py --backend jax        # or torch

Same networks, same batch, same mathematics. Each contender lives in a process of its
own; they take turns, one block of steps at a time, so that a machine whose speed drifts
is fair to all. The table has the median of the blocks, their spread, and ratios to the
hand-written step and to PyTorch: of the medians and, in brackets, of the fastest
blocks, which other work on the machine slows least. A block of `fit` is a call, with
its start and its end, of 100 steps or 10 seconds. Where penalties are lazy, a block has
whole cycles of them.

Each row has its arithmetic: forward and backward passes of the generator (g) and the
discriminator (d) of our step and of the hand-written one, which shares nothing, and
their ratio, weighed by the networks' multiplications. A forward pass is 1, a backward
pass 2, one by the input alone 1. So the discriminator's loss is 6d, the generator's
3g + 2d, and one that looks at real images too d more; a penalty is d forward, d back to
the images and 4d back through both, of which it shares d and 2d where it looks at the
loss's own images. The path length is the same in g. A penalty that is due at every n-th
update counts 1 / n. Augmentation, averages of weights and optimizers are in the times
of all, and not in the arithmetic.

R1 and R2 have a second table: our step with the penalty on the loss's own pass, as it
is, and on a pass of its own, as it was. A third has the memory of the processes, and
how often our step was traced again after its second run.

The PyTorch networks of DCGAN, WGAN-GP and the dense one are written out; the others are
translated from ours layer by layer (`steps/translation.py`) into modules without Keras.

On JAX and torch, for which no step is written by hand, a table has our `fit` and our
step beside the plain PyTorch loop and our `fit` on TensorFlow. JAX compiles with XLA
whatever is asked for, and torch takes neither that nor several steps an execution.

The tables are printed and written to benchmarks/results/train_step.md, and those of
another backend to train_step_jax.md or train_step_torch.md;
benchmarks/README.md says what each idea gave.
"""

import argparse
import contextlib
from pathlib import Path
from typing import NamedTuple

import turns
from memory import peak
from steps import by_hand, ours, torch_loop
from steps.cases import CASES
from steps.tables import (
    CONTENDERS,
    ELSEWHERE,
    penalty_row,
    process_row,
    row,
    row_elsewhere,
    table_elsewhere,
    tables,
)

RESULTS = Path(__file__).parent / "results"
#: the same again with each penalty on a pass of its own, and the critic's part of both
PENALTY_CONTENDERS = ("step_before", "critic", "critic_before")
MAKE = {
    "fit": ours.fit,
    "step": ours.step,
    "step_before": ours.step_before,
    "critic": ours.critic,
    "critic_before": ours.critic_before,
    "keras": by_hand.keras,
    "torch": torch_loop.torch,
    "tensorflow": ours.fit,
}
#: of the compilation, which TensorFlow alone is asked for
ITS_OWN = ("jit_compile", "steps_per_execution")


class Measured(NamedTuple):
    """Of each contender by name: milliseconds a step, a list of blocks; MiB, in all and
    since the first step; traces after the second step."""

    times: dict
    peaks: dict
    traces: dict


def serve(contender, case):
    case = CASES[case]
    run, traces = MAKE[contender](case)
    before = peak()
    run(2)
    known = len(traces)
    run(max(2, case.cycle))
    turns.serve(lambda n: [run(n), peak(), peak() - before, len(traces) - known])


def contenders(case, backend="tensorflow"):
    if backend != "tensorflow":
        return ELSEWHERE
    return CONTENDERS + (PENALTY_CONTENDERS if CASES[case].penalties else ())


def cases_on(backend):
    """The cases that are one of their own on a backend."""
    if backend == "tensorflow":
        return list(CASES)
    return [name for name, case in CASES.items() if not {*ITS_OWN} & {*case.compile}]


def whole(steps, cycle, least=5):
    """So many steps, or a few more, so that they are whole cycles of penalties."""
    return -(-max(least, round(steps)) // cycle) * cycle


def measure(case, rounds, seconds, backend="tensorflow"):
    of_its_own = {"torch": "torch", "tensorflow": "tensorflow"}
    cycle = CASES[case].cycle
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(
                turns.Contender(
                    __file__,
                    name,
                    case,
                    backend=of_its_own.get(name, backend),
                )
            )
            for name in contenders(case, backend)
        }
        for contender in running.values():
            contender.wait()
        steps, first = {}, whole(5, cycle)
        for name, contender in running.items():
            each = contender.run(first)[0] / first
            steps[name] = whole(seconds / each, cycle)
            if name in ("fit", "tensorflow"):
                steps[name] = whole(min(100, 10 / each), cycle)
        found = Measured({name: [] for name in running}, {}, {})
        for _ in range(rounds):
            for name, contender in running.items():
                taken, *peaks, traces = contender.run(steps[name])
                found.times[name].append(1000 * taken / steps[name])
                found.peaks[name], found.traces[name] = peaks, int(traces)
        return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES)
    parser.add_argument(
        "--backend", choices=("tensorflow", "jax", "torch"), default="tensorflow"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one block")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--serve", nargs=2, metavar=("CONTENDER", "CASE"))
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return

    from keras_gan_zoo.files import write_text

    backend, rounds = arguments.backend, arguments.rounds
    cases = arguments.cases or cases_on(backend)
    rows, penalty_rows, process_rows = [], [], []
    if backend != "tensorflow":
        for case in cases:
            times = measure(case, rounds, arguments.seconds, backend).times
            rows.append(row_elsewhere(case, times))
            print(rows[-1], flush=True)
        out = arguments.out or RESULTS / f"train_step_{backend}.md"
        write_text(out, table_elsewhere(rows, rounds, backend))
        return
    for case in cases:
        found = measure(case, rounds, arguments.seconds)
        rows.append(row(case, found.times))
        print(rows[-1], flush=True)
        if CASES[case].penalties:
            penalty_rows.append(penalty_row(case, found.times))
            print(penalty_rows[-1], flush=True)
        process_rows.append(process_row(case, found.peaks, found.traces))
        print(process_rows[-1], flush=True)
    text = tables(rows, penalty_rows, process_rows, rounds)
    write_text(arguments.out or RESULTS / "train_step.md", text)


if __name__ == "__main__":
    main()
