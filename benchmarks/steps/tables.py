"""What was measured, as Markdown."""

import os
import platform
import statistics

from steps.arithmetic import arithmetic, passes
from steps.cases import CASES

CONTENDERS = ("fit", "step", "keras", "torch")
#: on JAX and torch, for which no step is written by hand
ELSEWHERE = ("fit", "step", "torch", "tensorflow")


def spread(times):
    return f"{statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f})"


def ratio(ours, theirs):
    """Of the medians and, in brackets, of the fastest blocks."""
    median = statistics.median(ours) / statistics.median(theirs)
    return f"{median:.2f}x ({min(ours) / min(theirs):.2f}x)"


def row(case, found):
    median = {name: statistics.median(times) for name, times in found.items()}
    best = {name: min(times) for name, times in found.items()}
    ours, theirs, share = arithmetic(CASES[case])
    cells = [case, *(spread(found[name]) for name in CONTENDERS)]
    pairs = ("fit", "keras"), ("step", "keras"), ("fit", "torch")
    cells += [f"{ours} / {theirs} = {share:.2f}x"]
    cells += [ratio(found[one], found[other]) for one, other in pairs]
    cells += [
        f"{100 * (median['fit'] / median['step'] - 1):+.1f} % "
        f"({100 * (best['fit'] / best['step'] - 1):+.1f} %)",
    ]
    return f"| {' | '.join(cells)} |"


def row_elsewhere(case, found):
    """A case on JAX or torch."""
    cells = [case, *(spread(found[name]) for name in ELSEWHERE)]
    pairs = ("fit", "torch"), ("fit", "tensorflow"), ("fit", "step")
    cells += [ratio(found[one], found[other]) for one, other in pairs]
    return f"| {' | '.join(cells)} |"


def penalty_row(case, found):
    """The penalty on the loss's own pass against one on a pass of its own."""
    of = CASES[case]
    shared, own = passes(of, True)[1], passes(of, False)[1]
    cells = [case]
    for name, share in (("critic", f"{shared - 2:g}d / {own - 2:g}d"), ("step", "")):
        ours, theirs = found[name], found[f"{name}_before"]
        arithmetic = f"{share} = {(shared - 2) / (own - 2):.2f}x" if share else ""
        cells += [spread(ours), spread(theirs), ratio(ours, theirs)]
        cells += [arithmetic] if arithmetic else []
    return f"| {' | '.join(cells)} |"


def process_row(case, peaks, traces):
    """MiB of the processes, and how often ours traced their step again.

    `peaks` has pairs: in all, and above what there was before the first step.
    """
    ours, theirs = peaks["step"], peaks["keras"]
    cells = [case, *(f"{whole:.0f} ({part:.0f})" for whole, part in (ours, theirs))]
    cells += [f"{ours[0] / theirs[0]:.2f}x ({ours[1] / theirs[1]:.2f}x)"]
    cells += [str(traces[name]) for name in ("fit", "step")]
    return f"| {' | '.join(cells)} |"


def conditions(rounds, options=""):
    from keras_gan_zoo.machine import cpus

    return (
        f"Milliseconds a GAN iteration, median of {rounds} blocks (fastest "
        f"to slowest), taken in turns, on {cpus()} CPU cores "
        f"({platform.machine()}); TF_ENABLE_ONEDNN_OPTS="
        f"{os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'unset')}. "
        f"`python benchmarks/train_step.py{options} --rounds {rounds}`"
    )


def table_elsewhere(rows, rounds, backend):
    lines = [
        conditions(rounds, f" --backend {backend}"),
        "",
        f"| case | our `fit` on {backend} | our step on {backend} | plain PyTorch "
        "| our `fit` on tensorflow | fit / PyTorch | fit / tensorflow | fit / step |",
        f"|{'---|' * 8}",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def tables(rows, penalty_rows, process_rows, rounds):
    lines = [
        conditions(rounds),
        "",
        "| case | our `fit` | our step | hand-written Keras | PyTorch | arithmetic "
        "| fit / Keras | step / Keras | fit / PyTorch | fit over step |",
        f"|{'---|' * 10}",
        *rows,
    ]
    if penalty_rows:
        lines += [
            "",
            "A penalty on the loss's own forward pass, and on a pass of its own, as "
            "it was before: the discriminator's update alone, and the whole step.",
            "",
            "| case | critic | critic before | ratio | arithmetic "
            "| step | step before | ratio |",
            f"|{'---|' * 8}",
            *penalty_rows,
        ]
    lines += [
        "",
        "Peak memory of the process, MiB, and in brackets how much of it came after "
        "the networks were built; and how often the step was traced and compiled "
        "again after its second run.",
        "",
        "| case | our step | hand-written Keras | ratio | again: `fit` | again: step |",
        f"|{'---|' * 6}",
        *process_rows,
    ]
    return "\n".join(lines) + "\n"
