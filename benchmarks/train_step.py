"""One GAN iteration: ours against a hand-written Keras step and a plain PyTorch loop.

    python benchmarks/train_step.py                      # every case
    python benchmarks/train_step.py --cases dcgan mlp --rounds 7

Same networks, same batch, same mathematics. Each contender lives in a process of its
own; they take turns, one block of steps at a time, so that a machine whose speed drifts
is fair to all. The table has the median of the blocks, their spread, and ratios to the
hand-written step and to PyTorch: of the medians and, in brackets, of the fastest
blocks, which other work on the machine slows least. A block of `fit` is a call, with
its start and its end, of 100 steps or 10 seconds.

Each row has its arithmetic: forward and backward passes of the generator (g) and the
discriminator (d) of our step and of the hand-written one, which shares nothing, and
their ratio, weighed by the networks' multiplications. A forward pass is 1, a backward
pass 2, one by the input alone 1. So the discriminator's loss is 6d, the generator's
3g + 2d; a penalty is d forward, d back to the images and 4d back through both, of
which it shares d and 2d where it looks at the loss's own images.

R1 and R2 have a second table: our step with the penalty on the loss's own pass, as it
is, and on a pass of its own, as it was.

The tables are printed and written to benchmarks/results/train_step.md;
benchmarks/README.md says what each idea gave.
"""

import argparse
import contextlib
import os
import platform
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import turns

OUT = Path(__file__).parent / "results" / "train_step.md"


class Case(NamedTuple):
    family: str
    batch: int = 128
    loss: str = "non_saturating"
    settings: dict = {}  # noqa: RUF012  of the family, ours alone: the way it is trained
    networks: dict = {}  # noqa: RUF012  of the family, everyone's
    penalties: tuple = ()  # names of penalties, of weight 1; WGAN-GP has its own
    image_shape: tuple = (28, 28, 1)
    compile: dict = {}  # noqa: RUF012
    policy: str = "float32"

    @property
    def conditional(self):
        return "num_classes" in self.networks


NO_NORM = {"normalization": None}
SIMULTANEOUS = {"update": "simultaneous"}
RESNET = {
    "num_classes": 10,
    "generator_widths": (64, 64, 64, 64),
    "discriminator_widths": (64, 64, 64, 64),
}
CASES = {
    "dcgan": Case("DCGAN"),
    "dcgan minimax simultaneous": Case("DCGAN", loss="minimax", settings=SIMULTANEOUS),
    "dcgan simultaneous": Case("DCGAN", settings=SIMULTANEOUS),
    "dcgan XLA": Case("DCGAN", compile={"jit_compile": True}),
    "mlp": Case("MLPGAN", loss="minimax"),
    "mlp XLA": Case("MLPGAN", loss="minimax", compile={"jit_compile": True}),
    "mlp simultaneous": Case("MLPGAN", loss="minimax", settings=SIMULTANEOUS),
    "wgan_gp": Case("WGANGP", 64, "wasserstein", {"critic_steps": 5}),
    "dcgan bfloat16": Case("DCGAN", policy="mixed_bfloat16"),
    "dcgan r1": Case("DCGAN", networks=NO_NORM, penalties=("R1",)),
    "hinge r1 r2": Case(
        "DCGAN", loss="hinge", networks=NO_NORM, penalties=("R1", "R2")
    ),
    "projection 32x32": Case(
        "ProjectionGAN",
        32,
        "hinge",
        {"critic_steps": 1},
        RESNET,
        image_shape=(32, 32, 3),
    ),
}
CONTENDERS = ("fit", "step", "keras", "torch")
#: the same again with each penalty on a pass of its own, and the critic's part of both
PENALTY_CONTENDERS = ("step_before", "critic", "critic_before")


def images(case, n):
    shape = (n, *case.image_shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def labels(case, n):
    """One more array for `fit` where there are classes, or none."""
    if not case.conditional:
        return ()
    return (np.random.default_rng(1).integers(0, 10, n).astype("int32"),)


# === Arithmetic ===


def passes(case, shared):
    """Passes of the generator and of the discriminator, of an iteration."""
    critic_steps = case.settings.get("critic_steps", 1)
    if "update" in case.settings and shared:
        return 3, 6 if case.loss in ("minimax", "wasserstein") else 7
    a_penalty = 3 if shared else 6
    discriminator = 6 + a_penalty * len(case.penalties)
    if case.family == "WGANGP":
        discriminator += 6
    generator = critic_steps + 2 + (not shared)
    return generator, critic_steps * discriminator + 2


def multiplications(network):
    """Of one image's forward pass, in convolutions and dense layers."""
    total = 0
    for layer in network.layers:
        inner = getattr(layer, "layer", layer)  # of a spectral normalization
        kernel = getattr(inner, "kernel", None)
        if kernel is None:
            continue
        transposed = "Transpose" in type(inner).__name__
        grid = (layer.input if transposed else layer.output).shape[1:-1]
        total += int(np.prod(kernel.shape) * np.prod(grid, dtype=int))
    return total


def arithmetic(case):
    """`(ours, hand-written, ratio)`: the passes as text, and the share of the work."""
    ours, theirs = passes(case, True), passes(case, False)
    gan, _ = model(case, compiled=False)
    sizes = multiplications(gan.generator), multiplications(gan.discriminator)
    return (
        *(f"{g}g + {d}d" for g, d in (ours, theirs)),
        np.dot(ours, sizes) / np.dot(theirs, sizes),
    )


# === Contenders: each returns run(steps) -> seconds ===


def before(name):
    """R1 or R2 as they were: on a forward pass of their own."""
    from keras_gan_zoo import penalties

    class OwnPass(getattr(penalties, name)):
        at = None

        def points(self, real, fake, draw):
            return real if name == "R1" else fake

    return OwnPass


def model(case, own_pass=False, compiled=True):
    import keras

    import keras_gan_zoo as kgz

    keras.config.set_dtype_policy(case.policy)
    settings = {"loss": case.loss, **case.networks, **case.settings}
    if case.penalties:
        kind = before if own_pass else lambda name: getattr(kgz.penalties, name)
        settings["penalties"] = [kind(name)(1.0) for name in case.penalties]
    family = getattr(kgz, case.family)
    gan = family(image_shape=case.image_shape, seed=0, **settings)
    if compiled:
        gan.compile(**case.compile)
    return gan, case.batch


def fit(case):
    """Our `fit`, with its data pipeline, logs and callbacks."""
    gan, batch = model(case)
    n = batch * gan.critic_steps * 200
    data = (images(case, n), *labels(case, n))

    def run(steps):
        start = time.perf_counter()
        gan.fit(*data, batch_size=batch, steps_per_epoch=steps, verbose=0)
        return time.perf_counter() - start

    return run


def step(case, own_pass=False):
    """Our compiled step alone, on a batch that stays."""
    import tensorflow as tf

    gan, batch = model(case, own_pass)
    n = batch * gan.critic_steps
    data = tuple(tf.constant(array) for array in (images(case, n), *labels(case, n)))
    compiled = tf.function(lambda *x: gan.train_step(x), jit_compile=gan.jit_compile)

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            logs = compiled(*data)
        float(logs["d_loss"])
        return time.perf_counter() - start

    return run


def step_before(case):
    """Our step with the penalties on passes of their own."""
    return step(case, own_pass=True)


def critic(case, own_pass=False):
    """The discriminator's update alone, on fakes that stay."""
    import tensorflow as tf

    from keras_gan_zoo.training.batch import Batch, to_model_range
    from keras_gan_zoo.training.step import discriminator_update, fixed

    gan, batch = model(case, own_pass)
    real = Batch(to_model_range(tf.constant(images(case, batch))))
    fake = Batch(tf.random.uniform((batch, *case.image_shape), -1, 1))
    compiled = tf.function(lambda: discriminator_update(gan, real, fixed(fake)))

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            logs = compiled()
        float(logs["d_loss"])
        return time.perf_counter() - start

    return run


def critic_before(case):
    """The same with the penalties on passes of their own."""
    return critic(case, own_pass=True)


def keras(case):
    """A `train_step` in the style of the Keras examples: every fake made anew."""
    import tensorflow as tf
    from keras import losses

    gan, batch = model(case._replace(policy="float32"), compiled=False)
    loss, latent_dim = case.loss, gan.latent_dim
    g, d = gan.generator, gan.discriminator
    g_optimizer, d_optimizer = gan.default_optimizers()
    critic_steps = gan.critic_steps
    bce = losses.BinaryCrossentropy(from_logits=True)

    def generate(labels):
        latents = tf.random.normal((batch, latent_dim))
        inputs = {"latents": latents, "labels": labels} if case.conditional else latents
        return g(inputs, training=True)

    def judge(images, labels):
        inputs = {"images": images, "labels": labels} if case.conditional else images
        return d(inputs, training=True)

    def drawn_labels():
        if not case.conditional:
            return None
        return tf.random.uniform((batch,), 0, 10, "int32")

    def d_loss(real, fake):
        if loss == "wasserstein":
            return tf.reduce_mean(fake) - tf.reduce_mean(real)
        if loss == "hinge":
            return tf.reduce_mean(tf.nn.relu(1.0 - real)) + tf.reduce_mean(
                tf.nn.relu(1.0 + fake)
            )
        return bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)

    def g_loss(fake):
        if loss in ("wasserstein", "hinge"):
            return -tf.reduce_mean(fake)
        if loss == "minimax":
            return -bce(tf.zeros_like(fake), fake)
        return bce(tf.ones_like(fake), fake)

    def squared_norm(points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            logits = d(points, training=True)
        gradients = tape.gradient(logits, points)
        return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])

    def penalty(real, fake):
        total = 0.0
        if case.family == "WGANGP":
            mix = tf.random.uniform((batch, 1, 1, 1))
            norm = tf.sqrt(squared_norm(real + mix * (fake - real)) + 1e-12)
            total += 10.0 * tf.reduce_mean((norm - 1.0) ** 2)
        for name in case.penalties:
            points = real if name == "R1" else fake
            total += 0.5 * tf.reduce_mean(squared_norm(points))
        return total

    @tf.function
    def train_step(data, *labels):
        data = tf.cast(data, "float32") / 127.5 - 1.0
        for i in range(critic_steps):
            rows = slice(i * batch, (i + 1) * batch)
            real, of_real = data[rows], labels[0][rows] if labels else None
            of_fake = drawn_labels()
            fake = generate(of_fake)
            with tf.GradientTape() as tape:
                value = d_loss(judge(real, of_real), judge(fake, of_fake))
                value += penalty(real, fake)
            gradients = tape.gradient(value, d.trainable_weights)
            d_optimizer.apply_gradients(
                zip(gradients, d.trainable_weights, strict=True)
            )
        of_fake = drawn_labels()
        with tf.GradientTape() as tape:
            answer = g_loss(judge(generate(of_fake), of_fake))
        gradients = tape.gradient(answer, g.trainable_weights)
        g_optimizer.apply_gradients(zip(gradients, g.trainable_weights, strict=True))
        return value

    n = batch * critic_steps
    data = [tf.constant(array) for array in (images(case, n), *labels(case, n))]

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            value = train_step(*data)
        float(value)
        return time.perf_counter() - start

    return run


def torch_networks(case):
    """A generator and a discriminator in PyTorch, each a function of its inputs."""
    from torch import nn

    if case.family == "ProjectionGAN":
        import torch_resnet

        widths = case.networks["generator_widths"]
        return torch_resnet.Generator(widths), torch_resnet.Discriminator(widths)
    if case.family == "MLPGAN":
        hidden, layers = 100, []
        for width in (256, 512, 256, 128):
            layers += [nn.Linear(hidden, width, bias=False), nn.BatchNorm1d(width)]
            layers += [nn.LeakyReLU(0.2)]
            hidden = width
        g = nn.Sequential(
            *layers, nn.Linear(128, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
        )
        d = nn.Sequential(
            *(nn.Flatten(), nn.Linear(784, 128), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
            *(nn.Linear(128, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
            nn.Linear(256, 1),
        )
        return g, d
    g = nn.Sequential(
        *(nn.Linear(100, 6272, bias=False), nn.Unflatten(1, (128, 7, 7))),
        *(nn.BatchNorm2d(128), nn.ReLU()),
        nn.ConvTranspose2d(128, 64, 5, 2, 2, output_padding=1, bias=False),
        *(nn.BatchNorm2d(64), nn.ReLU()),
        *(nn.ConvTranspose2d(64, 1, 5, 2, 2, output_padding=1), nn.Tanh()),
    )
    none = case.family == "WGANGP" or case.penalties
    norm = [] if none else [nn.BatchNorm2d(128)]
    d = nn.Sequential(
        *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(64, 128, 5, 2, 2), *norm, nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(6272, 1)),
    )
    return g, d


def torch(case):
    """A plain PyTorch loop, channels first; the last fakes serve both players."""
    import torch
    from torch import nn

    batch, loss = case.batch, case.loss
    torch.set_num_threads(os.cpu_count())
    g, d = torch_networks(case)
    latent_dim = 128 if case.conditional else 100
    critic_steps = case.settings.get("critic_steps", 1)
    betas = (0.5, 0.999) if case.family in ("DCGAN", "MLPGAN") else (0.0, 0.9)
    g_optimizer = torch.optim.Adam(g.parameters(), 2e-4, betas)
    d_optimizer = torch.optim.Adam(d.parameters(), 2e-4, betas)
    softplus, relu = nn.functional.softplus, nn.functional.relu

    def drawn_labels():
        return (torch.randint(10, (batch,)),) if case.conditional else ()

    def d_loss(real, fake):
        if loss == "wasserstein":
            return fake.mean() - real.mean()
        if loss == "hinge":
            return relu(1 - real).mean() + relu(1 + fake).mean()
        return softplus(-real).mean() + softplus(fake).mean()

    def g_loss(fake):
        if loss in ("wasserstein", "hinge"):
            return -fake.mean()
        return -softplus(fake).mean() if loss == "minimax" else softplus(-fake).mean()

    def gradients(points):
        points = points.detach().requires_grad_(True)
        (found,) = torch.autograd.grad(d(points).sum(), points, create_graph=True)
        return found.flatten(1)

    def penalty(real, fake):
        total = 0.0
        if case.family == "WGANGP":
            mix = torch.rand(batch, 1, 1, 1)
            norm = gradients(real + mix * (fake - real)).norm(dim=1)
            total = total + 10 * ((norm - 1) ** 2).mean()
        for name in case.penalties:
            found = gradients(real if name == "R1" else fake)
            total = total + 0.5 * found.square().sum(1).mean()
        return total

    n = batch * critic_steps
    raw = torch.from_numpy(images(case, n)).permute(0, 3, 1, 2)
    of_raw = [torch.from_numpy(array).long() for array in labels(case, n)]

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            data = raw.float() / 127.5 - 1.0
            for i in range(critic_steps):
                rows = slice(i * batch, (i + 1) * batch)
                real, of_real = data[rows], [array[rows] for array in of_raw]
                of_fake = drawn_labels()
                fake = g(torch.randn(batch, latent_dim), *of_fake)
                value = d_loss(d(real, *of_real), d(fake.detach(), *of_fake))
                value = value + penalty(real, fake.detach())
                d_optimizer.zero_grad()
                value.backward()
                d_optimizer.step()
            g_optimizer.zero_grad()
            g_loss(d(fake, *of_fake)).backward()
            g_optimizer.step()
        return time.perf_counter() - start

    return run


# === Turns ===


def serve(contender, case):
    run = globals()[contender](CASES[case])
    run(3)
    turns.serve(lambda steps: [run(steps)])


def contenders(case):
    return CONTENDERS + (PENALTY_CONTENDERS if CASES[case].penalties else ())


def measure(case, rounds, seconds):
    """Milliseconds a step of each contender, a list of `rounds` blocks each."""
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(turns.Contender(__file__, name, case))
            for name in contenders(case)
        }
        for contender in running.values():
            contender.wait()
        steps = {}
        for name, contender in running.items():
            each = contender.run(5)[0] / 5
            steps[name] = max(5, round(seconds / each))
            if name == "fit":
                steps[name] = max(5, min(100, round(10 / each)))
        found = {name: [] for name in running}
        for _ in range(rounds):
            for name, contender in running.items():
                (taken,) = contender.run(steps[name])
                found[name].append(1000 * taken / steps[name])
        return found


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


def penalty_row(case, found):
    """The penalty on the loss's own pass against one on a pass of its own."""
    of = CASES[case]
    shared, own = passes(of, True)[1], passes(of, False)[1]
    cells = [case]
    for name, share in (("critic", f"{shared - 2}d / {own - 2}d"), ("step", "")):
        ours, theirs = found[name], found[f"{name}_before"]
        arithmetic = f"{share} = {(shared - 2) / (own - 2):.2f}x" if share else ""
        cells += [spread(ours), spread(theirs), ratio(ours, theirs)]
        cells += [arithmetic] if arithmetic else []
    return f"| {' | '.join(cells)} |"


def tables(rows, penalty_rows, rounds):
    lines = [
        f"Milliseconds a GAN iteration, median of {rounds} blocks (fastest "
        f"to slowest), taken in turns, on {os.cpu_count()} CPU cores "
        f"({platform.machine()}); TF_ENABLE_ONEDNN_OPTS="
        f"{os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'unset')}. "
        f"`python benchmarks/train_step.py --rounds {rounds}`",
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
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one block")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--serve", nargs=2, metavar=("CONTENDER", "CASE"))
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return

    from keras_gan_zoo.files import write_text

    rows, penalty_rows = [], []
    for case in arguments.cases:
        found = measure(case, arguments.rounds, arguments.seconds)
        rows.append(row(case, found))
        print(rows[-1], flush=True)
        if CASES[case].penalties:
            penalty_rows.append(penalty_row(case, found))
            print(penalty_rows[-1], flush=True)
    write_text(arguments.out, tables(rows, penalty_rows, arguments.rounds))


if __name__ == "__main__":
    main()
