"""One GAN iteration: ours against a hand-written Keras step and a plain PyTorch loop.

    python benchmarks/train_step.py                      # every case
    python benchmarks/train_step.py --cases dcgan mlp --rounds 7

Same networks, same batch. Each contender lives in a process of its own; they take
turns, one block of steps at a time, so that a machine whose speed drifts is fair to
all. The table has the median of the blocks, their spread, and ratios to the
hand-written step and to PyTorch: of the medians and, in brackets, of the fastest
blocks, which other work on the machine slows least. A block of `fit` is a call, with
its start and its end, of 100 steps or 10 seconds. The table is printed and written to
benchmarks/results/train_step.md; benchmarks/README.md says what each idea gave.
"""

import argparse
import contextlib
import os
import platform
import statistics
import time
from pathlib import Path

import numpy as np
import turns

OUT = Path(__file__).parent / "results" / "train_step.md"

# name: network, batch, our settings, the hand-written contender's loss
CASES = {
    "dcgan": ("DCGAN", 128, {}, "non_saturating"),
    "dcgan minimax simultaneous": (
        "DCGAN",
        128,
        {"loss": "minimax", "update": "simultaneous"},
        "minimax",
    ),
    "dcgan simultaneous": ("DCGAN", 128, {"update": "simultaneous"}, "non_saturating"),
    "dcgan XLA": ("DCGAN", 128, {"jit_compile": True}, "non_saturating"),
    "mlp": ("MLPGAN", 128, {}, "minimax"),
    "mlp XLA": ("MLPGAN", 128, {"jit_compile": True}, "minimax"),
    "mlp simultaneous": ("MLPGAN", 128, {"update": "simultaneous"}, "minimax"),
    "wgan_gp": ("WGANGP", 64, {}, "wasserstein"),
    "dcgan bfloat16": ("DCGAN", 128, {"policy": "mixed_bfloat16"}, "non_saturating"),
}
CONTENDERS = ("fit", "step", "keras", "torch")


def images(n):
    return np.random.default_rng(0).integers(0, 256, (n, 28, 28, 1), dtype="uint8")


# === Contenders: each returns run(steps) -> seconds ===


def model(case):
    import keras

    import keras_gan_zoo as kgz

    family, batch, settings, _ = CASES[case]
    settings = dict(settings)
    keras.config.set_dtype_policy(settings.pop("policy", "float32"))
    jit_compile = settings.pop("jit_compile", "auto")
    gan = getattr(kgz, family)(image_shape=(28, 28, 1), seed=0, **settings)
    gan.compile(jit_compile=jit_compile)
    return gan, batch


def fit(case):
    """Our `fit`, with its data pipeline, logs and callbacks."""
    gan, batch = model(case)
    data = images(batch * gan.critic_steps * 200)

    def run(steps):
        start = time.perf_counter()
        gan.fit(data, batch_size=batch, steps_per_epoch=steps, verbose=0)
        return time.perf_counter() - start

    return run


def step(case):
    """Our compiled step alone, on a batch that stays."""
    import tensorflow as tf

    gan, batch = model(case)
    data = tf.constant(images(batch * gan.critic_steps))
    compiled = tf.function(lambda x: gan.train_step((x,)), jit_compile=gan.jit_compile)

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            logs = compiled(data)
        float(logs["d_loss"])
        return time.perf_counter() - start

    return run


def keras(case):
    """A `train_step` in the style of the Keras examples: every fake made anew."""
    import keras
    import tensorflow as tf

    import keras_gan_zoo as kgz

    family, batch, _, loss = CASES[case]
    gan = getattr(kgz, family)(image_shape=(28, 28, 1), seed=0, loss=loss)
    g, d = gan.generator, gan.discriminator
    g_optimizer, d_optimizer = gan.default_optimizers()
    critic_steps = gan.critic_steps
    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def d_loss(real, fake):
        if loss == "wasserstein":
            return tf.reduce_mean(fake) - tf.reduce_mean(real)
        return bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)

    def g_loss(fake):
        if loss == "wasserstein":
            return -tf.reduce_mean(fake)
        if loss == "minimax":
            return -bce(tf.zeros_like(fake), fake)
        return bce(tf.ones_like(fake), fake)

    def gradient_penalty(real, fake):
        mix = tf.random.uniform((batch, 1, 1, 1))
        mixed = real + mix * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            logits = d(mixed, training=True)
        gradients = tape.gradient(logits, mixed)
        norm = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    @tf.function
    def train_step(data):
        data = tf.cast(data, "float32") / 127.5 - 1.0
        for i in range(critic_steps):
            real = data[i * batch : (i + 1) * batch]
            fake = g(tf.random.normal((batch, 100)), training=True)
            with tf.GradientTape() as tape:
                loss_value = d_loss(d(real, training=True), d(fake, training=True))
                if loss == "wasserstein":
                    loss_value += 10.0 * gradient_penalty(real, fake)
            gradients = tape.gradient(loss_value, d.trainable_weights)
            d_optimizer.apply_gradients(
                zip(gradients, d.trainable_weights, strict=True)
            )
        latents = tf.random.normal((batch, 100))
        with tf.GradientTape() as tape:
            value = g_loss(d(g(latents, training=True), training=True))
        gradients = tape.gradient(value, g.trainable_weights)
        g_optimizer.apply_gradients(zip(gradients, g.trainable_weights, strict=True))
        return loss_value

    data = tf.constant(images(batch * critic_steps))

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            value = train_step(data)
        float(value)
        return time.perf_counter() - start

    return run


def torch(case):
    """A plain PyTorch loop, channels first; the last fakes serve both players."""
    import torch
    from torch import nn

    family, batch, _, loss = CASES[case]
    torch.set_num_threads(os.cpu_count())
    if family == "MLPGAN":
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
    else:
        g = nn.Sequential(
            *(nn.Linear(100, 6272, bias=False), nn.Unflatten(1, (128, 7, 7))),
            *(nn.BatchNorm2d(128), nn.ReLU()),
            nn.ConvTranspose2d(128, 64, 5, 2, 2, output_padding=1, bias=False),
            *(nn.BatchNorm2d(64), nn.ReLU()),
            *(nn.ConvTranspose2d(64, 1, 5, 2, 2, output_padding=1), nn.Tanh()),
        )
        norm = [] if family == "WGANGP" else [nn.BatchNorm2d(128)]
        d = nn.Sequential(
            *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(64, 128, 5, 2, 2), *norm, nn.LeakyReLU(0.2)),
            *(nn.Flatten(), nn.Linear(6272, 1)),
        )
    critic_steps, betas = (5, (0.0, 0.9)) if family == "WGANGP" else (1, (0.5, 0.999))
    g_optimizer = torch.optim.Adam(g.parameters(), 2e-4, betas)
    d_optimizer = torch.optim.Adam(d.parameters(), 2e-4, betas)
    softplus = nn.functional.softplus

    def d_loss(real, fake):
        if loss == "wasserstein":
            return fake.mean() - real.mean()
        return softplus(-real).mean() + softplus(fake).mean()

    def g_loss(fake):
        if loss == "wasserstein":
            return -fake.mean()
        return -softplus(fake).mean() if loss == "minimax" else softplus(-fake).mean()

    def gradient_penalty(real, fake):
        mix = torch.rand(batch, 1, 1, 1)
        mixed = (real + mix * (fake - real)).requires_grad_(True)
        (gradients,) = torch.autograd.grad(d(mixed).sum(), mixed, create_graph=True)
        return ((gradients.flatten(1).norm(dim=1) - 1) ** 2).mean()

    raw = torch.from_numpy(images(batch * critic_steps)).permute(0, 3, 1, 2)

    def run(steps):
        start = time.perf_counter()
        for _ in range(steps):
            data = raw.float() / 127.5 - 1.0
            for i in range(critic_steps):
                real = data[i * batch : (i + 1) * batch]
                fake = g(torch.randn(batch, 100))
                value = d_loss(d(real), d(fake.detach()))
                if loss == "wasserstein":
                    value = value + 10 * gradient_penalty(real, fake.detach())
                d_optimizer.zero_grad()
                value.backward()
                d_optimizer.step()
            g_optimizer.zero_grad()
            g_loss(d(fake)).backward()
            g_optimizer.step()
        return time.perf_counter() - start

    return run


# === Turns ===


def serve(contender, case):
    run = globals()[contender](case)
    run(3)
    turns.serve(lambda steps: [run(steps)])


def measure(case, rounds, seconds):
    """Milliseconds a step of each contender, a list of `rounds` blocks each."""
    with contextlib.ExitStack() as stack:
        contenders = {
            name: stack.enter_context(turns.Contender(__file__, name, case))
            for name in CONTENDERS
        }
        for contender in contenders.values():
            contender.wait()
        steps = {}
        for name, contender in contenders.items():
            each = contender.run(5)[0] / 5
            steps[name] = max(5, round(seconds / each))
            if name == "fit":
                steps[name] = max(5, min(100, round(10 / each)))
        found = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, contender in contenders.items():
                (taken,) = contender.run(steps[name])
                found[name].append(1000 * taken / steps[name])
        return found


def row(case, found):
    median = {name: statistics.median(times) for name, times in found.items()}
    best = {name: min(times) for name, times in found.items()}
    cells = [case]
    for name, times in found.items():
        cells.append(f"{median[name]:.1f} ({min(times):.1f} to {max(times):.1f})")
    pairs = ("fit", "keras"), ("step", "keras"), ("fit", "torch")
    cells += [
        *(
            f"{median[ours] / median[other]:.2f}x ({best[ours] / best[other]:.2f}x)"
            for ours, other in pairs
        ),
        f"{100 * (median['fit'] / median['step'] - 1):+.1f} % "
        f"({100 * (best['fit'] / best['step'] - 1):+.1f} %)",
    ]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one block")
    parser.add_argument("--serve", nargs=2, metavar=("CONTENDER", "CASE"))
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return

    lines = [
        f"Milliseconds a GAN iteration, median of {arguments.rounds} blocks (fastest "
        f"to slowest), taken in turns, on {os.cpu_count()} CPU cores "
        f"({platform.machine()}); TF_ENABLE_ONEDNN_OPTS="
        f"{os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'unset')}. "
        f"`python benchmarks/train_step.py --rounds {arguments.rounds}`",
        "",
        "| case | our `fit` | our step | hand-written Keras | PyTorch "
        "| fit / Keras | step / Keras | fit / PyTorch | fit over step |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case in arguments.cases:
        lines.append(row(case, measure(case, arguments.rounds, arguments.seconds)))
        print("\n".join(lines[-1:]), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    partial = OUT.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n")
    os.replace(partial, OUT)


if __name__ == "__main__":
    main()
