"""Runs that are killed at random moments, against one that is not.

    python benchmarks/resume.py [--kills 20] [--backends torch tensorflow jax]

A run of several epochs, with all that has a state of its own (two optimizers with
momentum and a schedule, an average, a lazy and a drawn penalty, adaptive augmentation,
labels, dropout, two critic steps), is ended by SIGKILL again and again: within a step,
within the writing of a checkpoint, and among the files of an epoch's end. It is resumed
each time, and its files are then compared with those of a run that nothing stopped.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

RESULTS = pathlib.Path(__file__).parent / "results" / "resume.md"
BACKENDS = ("tensorflow", "jax", "torch")
MOMENTS = ("within a step", "within a save", "at an epoch's end")
ELSEWHERE = "elsewhere"
EPOCHS, STEPS, SAVE_FREQ = 16, 8, 2
#: These tell when each session began and how long it took.
OF_THE_SESSIONS = ("sessions.json", "report.html")


def recipe():
    import keras

    import keras_gan_zoo as kgz

    penalties = [kgz.R1(1.0, every=3), kgz.GradientPenalty(1.0)]
    config = keras.saving.serialize_keras_object
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)
    found = {
        "family": "CGAN",
        "arguments": {
            "image_shape": [28, 28, 1],
            "latent_dim": 4,
            "generator_widths": [8, 8, 8],
            "discriminator_widths": [8, 4, 8],
            "critic_steps": 2,
            "ema_half_life": 50.0,
            "penalties": [config(penalty) for penalty in penalties],
            "augmentation": config(
                kgz.augmentation.ADA("blit", every=1, images_to_one=500)
            ),
            "seed": 1,
        },
        "compile": {
            "generator_optimizer": config(keras.optimizers.Adam(schedule)),
            "discriminator_optimizer": config(
                keras.optimizers.RMSprop(1e-3, momentum=0.5)
            ),
        },
        "data": "digits:train[:128]",
        "batch_size": 8,
        "epochs": EPOCHS,
    }
    return json.loads(json.dumps(found))  # as from a file


# === A run in a process of its own ===


def train(folder, moment=None, after=0, log=None):
    """Train in `folder`; SIGKILL comes at a random time at `moment`, `after` steps."""
    import keras

    from keras_gan_zoo import recipes
    from keras_gan_zoo.training import backup

    steps, durations, armed, place = [0], {}, [moment], [ELSEWHERE]

    def kill():
        os.write(log, f"{place[0]}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def arm(kind, most):
        """At the first step and save, which take long, `durations` has none yet."""
        place[0] = kind
        if armed[0] == kind and steps[0] >= after:
            armed[0] = None
            timer = threading.Timer(random.uniform(0, most), kill)
            timer.daemon = True
            timer.start()

    class Moments(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            durations["step"] = time.perf_counter()
            arm(MOMENTS[0], durations.get("took", 0.01))

        def on_train_batch_end(self, batch, logs=None):
            durations["took"] = time.perf_counter() - durations["step"]
            place[0] = ELSEWHERE
            steps[0] += 1

    class Ends(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            arm(MOMENTS[2], 0.1)

    plain = backup.save

    def save(*arguments, **keywords):
        arm(MOMENTS[1], durations.get("save", 0.05))
        begun = time.perf_counter()
        saved = plain(*arguments, **keywords)
        durations["save"] = time.perf_counter() - begun
        place[0] = ELSEWHERE
        return saved

    backup.save = save
    # `Ends` is asked before the samples, the snapshots and the log are written.
    grid = recipes.run.SampleGrid
    recipes.run.SampleGrid = lambda folder: [Ends(), grid(folder)]
    recipes.train(recipe(), folder, [Moments()], verbose=0, save_freq=SAVE_FREQ)


def in_a_fork(*arguments):
    """Whether `train` came to its end."""
    child = os.fork()
    if child == 0:
        try:
            train(*arguments)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("A run has failed.")
    return os.WIFEXITED(status)


def serve(kills, folder):
    """Kill a run so often, resume it, and print how it compares, as JSON."""
    # Once, for all forks; Keras looks at TensorFlow's types on each backend.
    import tensorflow  # noqa: F401

    import keras_gan_zoo  # noqa: F401

    random.seed(0)
    straight, killed = folder / "straight", folder / "killed"
    log = os.open(folder / "log", os.O_CREAT | os.O_RDWR | os.O_APPEND)
    in_a_fork(straight)
    leftovers, begun = 0, time.perf_counter()
    for number in range(kills):
        moment = MOMENTS[number % len(MOMENTS)]
        if in_a_fork(killed, moment, random.randint(1, 4), log):
            break
        leftovers += any(killed.glob("backup/*partial*"))
    seconds = time.perf_counter() - begun
    in_a_fork(killed)
    counts = collections.Counter((folder / "log").read_text().splitlines())
    found = {
        "kills": {moment: counts[moment] for moment in (*MOMENTS, ELSEWHERE)},
        "halves": leftovers,
        "seconds": seconds,
        "same": compare(killed, straight),
    }
    print(json.dumps(found))


def compare(one, other):
    """Whether two runs left the same, by kind of file."""
    found, expected = contents(one), contents(other)
    kinds = sorted({path.split("/")[0] for path in (*found, *expected)})

    def of(kind, files):
        return {k: v for k, v in files.items() if k.split("/")[0] == kind}

    return {kind: of(kind, found) == of(kind, expected) for kind in kinds}


def contents(folder):
    """The files of a run and a digest of each; of HDF5 files, of what is in them."""
    import h5py

    from keras_gan_zoo.training import backup

    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name in OF_THE_SESSIONS:
            continue
        if name.endswith((".bkp", "partial.weights.h5")):
            continue  # the backup before the last is where the last stop was
        if path.name.endswith(".h5"):
            with h5py.File(path) as file:
                found[name] = backup._digest(file)
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


# === The table ===


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
    parser.add_argument("--serve", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.kills, options.serve)
        return
    rows = {}
    for backend in options.backends:
        with tempfile.TemporaryDirectory() as folder:
            line = [sys.executable, __file__, "--kills", str(options.kills)]
            result = subprocess.run(
                [*line, "--serve", folder],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                env={**os.environ, "KERAS_BACKEND": backend},
            )
        rows[backend] = json.loads(result.stdout.splitlines()[-1])
        print(backend, rows[backend], flush=True)
    text = table(rows, options.kills)
    RESULTS.write_text(text)
    print(text)
    if not all(all(row["same"].values()) for row in rows.values()):
        raise SystemExit("A run that was killed is not the one that was not.")


def table(rows, kills):
    """The result as Markdown."""
    lines = [
        f"`python benchmarks/resume.py --kills {kills} --backends {' '.join(rows)}`: "
        f"{EPOCHS} epochs of {STEPS} steps, a checkpoint every {SAVE_FREQ} steps and "
        "at each epoch's end; SIGKILL, and the same run again, until it is done.",
        "",
        f"| backend | {' | '.join(MOMENTS)} | {ELSEWHERE} | half-written checkpoints "
        "| weights, optimizers, random states, History | log | samples | snapshots |",
        f"|---|{'---|' * (len(MOMENTS) + 6)}",
    ]
    for backend, row in rows.items():
        same = {k: "equal" if v else "NOT EQUAL" for k, v in row["same"].items()}
        kinds = ("backup", "log.csv", "samples", "snapshots")
        cells = [*row["kills"].values(), row["halves"], *map(same.get, kinds)]
        lines.append(f"| {backend} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
