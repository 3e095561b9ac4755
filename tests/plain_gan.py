"""A small conditional GAN twice: in Keras, and written out in NumPy.

The NumPy one uses nothing of the package or of a backend. Its gradients are by complex
steps, f(x + ih).imag / h, which are exact to float64 (Squire and Trapp 1998).
"""

import contextlib

import keras
import numpy as np
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.layers import Tap

N, SHAPE, DIM, CLASSES = 6, (4, 4, 1), 4, 3
ROWS = 32  # of a draw, of which an iteration takes the first
BACKEND = keras.config.backend()
#: how a step may be run: torch is eager always
MODES = ("eager",) if BACKEND == "torch" else ("eager", "compiled")

rng = np.random.default_rng(5)
IMAGES = rng.integers(0, 256, (N, *SHAPE), dtype="uint8")
LABELS = (np.arange(N) % CLASSES).astype("int32")


# === In Keras ===


def generator():
    latents = keras.Input((DIM,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    x = layers.Embedding(CLASSES, 2, name="label")(labels)
    x = layers.Concatenate()([latents, x])
    w = layers.Dense(5, activation="softplus", name="mapping")(x)
    x = layers.Dense(16, activation="tanh", name="synthesis")(Tap(name="w")(w))
    inputs = {"latents": latents, "labels": labels}
    return keras.Model(inputs, layers.Reshape(SHAPE)(x), name="generator")


def discriminator(heads=False):
    images = keras.Input(SHAPE, name="images")
    labels = keras.Input((), dtype="int32", name="labels")
    h = layers.Flatten()(images)
    h = layers.Dense(5, activation="softplus", name="features")(h)
    projected = layers.Dot(1)([layers.Embedding(CLASSES, 5, name="class")(labels), h])
    logits = layers.Add()([layers.Dense(1, name="logit")(h), projected])
    inputs = {"images": images, "labels": labels}
    if heads:
        classes = layers.Dense(CLASSES, name="classes")(h)
        logits = {"logits": logits, "classes": classes}
    return keras.Model(inputs, logits, name="discriminator")


def build(heads=False, compiled=True, **settings):
    """The same weights, and with `Draws` the same draws, on every backend."""
    gan = kgz.GAN(
        generator(),
        discriminator(heads),
        **{"num_classes": CLASSES, "seed": 1, **settings},
    )
    rng = np.random.default_rng(7)
    for network in (gan.generator, gan.discriminator):
        for weight in network.trainable_variables:
            weight.assign(0.5 * rng.standard_normal(weight.shape))
    if gan.ema_half_life is not None:
        gan.ema_generator.set_weights(gan.generator.get_weights())
    if compiled:
        sgd = (keras.optimizers.SGD(0.02), keras.optimizers.SGD(0.02))
        gan.compile(*sgd)
    return gan


def numbers(i, shape, distribution):
    """The `i`-th draw of its kind; row by row the same for any number of rows."""
    rng = np.random.default_rng([i, len(shape), *shape[1:]])
    size = (ROWS, *shape[1:])
    table = rng.normal(size=size) if distribution == "normal" else rng.random(size)
    return table[: shape[0]].astype("float32")


class Draws:
    """Has a GAN draw `numbers`, from the first on in each iteration."""

    def __init__(self, gan):
        self.counts, self.traces = {}, 0
        iteration = gan.train_iteration

        def train_iteration(*batch):
            self.counts.clear()
            self.traces += 1
            return iteration(*batch)

        gan.train_iteration, gan.draw = train_iteration, self

    def __call__(self, shape, distribution, training=True):
        rest = tuple(int(size) for size in shape[1:])  # the first may be unknown yet
        kind = (rest, distribution)
        i = self.counts[kind] = self.counts.get(kind, -1) + 1
        table = numbers(i, (ROWS, *rest), distribution)
        return ops.convert_to_tensor(table)[: shape[0]]


def values(tensors):
    return keras.tree.map_structure(
        lambda x: np.array(ops.convert_to_numpy(ops.stop_gradient(x))), tensors
    )


def run(gan, fn, mode="eager"):
    """`fn() -> tensors` as `fit` runs a step; on JAX its changes of state are lost."""
    if BACKEND == "jax":
        import jax

        variables = [*gan.variables, *gan.optimizer.variables]

        def pure(states):
            pairs = list(zip(variables, states, strict=True))
            with keras.StatelessScope(state_mapping=pairs):
                return fn()

        pure = jax.jit(pure) if mode == "compiled" else pure
        return values(pure([v.value for v in variables]))
    if BACKEND == "tensorflow" and mode == "compiled":
        import tensorflow as tf

        fn = tf.function(fn)
    return values(fn())


@contextlib.contextmanager
def recorded():
    """Gradients that would be applied, as pairs (optimizer, list)."""
    found, apply = [], backend.apply_gradients

    def record(optimizer, gradients, variables):
        found.append((optimizer, [ops.convert_to_tensor(g) for g in gradients]))

    backend.apply_gradients = record
    try:
        yield found
    finally:
        backend.apply_gradients = apply


def step(gan, mode="eager", images=IMAGES, labels=LABELS, states=()):
    """One iteration without moving the networks: logs, gradients, states after it.

    Gradients are lists, one an update, of dicts by the variable's name.
    """
    players = gan.optimizer.discriminator_optimizer, gan.optimizer.generator_optimizer
    Draws(gan)

    def iteration():
        with recorded() as found:
            given = [
                None if x is None else ops.convert_to_tensor(x)
                for x in (images, labels)
            ]
            logs = gan.train_iteration(*given)
        of = [[g for optimizer, g in found if optimizer is p] for p in players]
        return logs, *of, [ops.convert_to_tensor(s) + 0.0 for s in states]

    logs, by_discriminator, by_generator, states = run(gan, iteration, mode)
    names = names_of(gan.discriminator), names_of(gan.generator)
    found = [
        [dict(zip(keys, update, strict=True)) for update in updates]
        for keys, updates in zip(names, (by_discriminator, by_generator), strict=True)
    ]
    return logs, *found, states


def names_of(network):
    return ["/".join(v.path.split("/")[-2:]) for v in network.trainable_variables]


def assert_close(found, expected, tolerance=1e-4):
    """Gradients, relative to each tensor's norm; a true gradient of 0 absolutely."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        scale = max(np.linalg.norm(value), 1e-2)
        gap = np.linalg.norm(found[name] - value) / scale
        assert gap < tolerance, (name, gap)


# === In NumPy ===


def softplus(x):
    return np.log1p(np.exp(x))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def absolute(x):
    """|x|, for complex steps too."""
    return np.where(np.real(x) < 0, -x, x)


def log_softmax(x):
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def weights(network):
    """float64, by name."""
    pairs = zip(names_of(network), network.trainable_variables, strict=True)
    return {name: values(v).astype("float64") for name, v in pairs}


def make(p, z, labels):
    """Images, flat, and what `Tap` sees: d sum(images * c) / dw is `pull(c)`."""
    x = np.concatenate([z, p["label/embeddings"][labels]], axis=1)
    w = softplus(x @ p["mapping/kernel"] + p["mapping/bias"])
    images = np.tanh(w @ p["synthesis/kernel"] + p["synthesis/bias"])
    return images, lambda c: ((1 - images**2) * c) @ p["synthesis/kernel"].T


def features(p, x):
    return softplus(x @ p["features/kernel"] + p["features/bias"])


def logits(p, x, labels):
    h = features(p, x)
    own = (h @ p["logit/kernel"] + p["logit/bias"])[:, 0]
    return own + (p["class/embeddings"][labels] * h).sum(axis=1)


def by_image(p, x, labels):
    """d logits / dx."""
    slope = sigmoid(x @ p["features/kernel"] + p["features/bias"])
    slope = slope * (p["logit/kernel"][:, 0] + p["class/embeddings"][labels])
    return slope @ p["features/kernel"].T


def cross_entropy(p, x, labels):
    found = features(p, x) @ p["classes/kernel"] + p["classes/bias"]
    return -log_softmax(found)[np.arange(len(x)), labels].mean()


def gradients(fn, p):
    """d fn(p) / dp, by complex steps."""
    found = {}
    for name, value in p.items():
        found[name] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[index] += 1e-30j
            found[name][index] = np.imag(fn({**p, name: moved})) / 1e-30
    return found


def real():
    """`IMAGES` in [-1, 1], flat, and their labels."""
    return IMAGES.reshape(N, -1) / 127.5 - 1, LABELS


def drawn(i=0, n=N):
    """The `i`-th latents and labels of an iteration."""
    uniform = numbers(i, (n,), "uniform")
    return numbers(i, (n, DIM), "normal"), np.floor(uniform * CLASSES).astype(int)


def fake(gan, i=0):
    """The images and labels of the `i`-th generator pass of an iteration."""
    z, labels = drawn(i)
    return make(weights(gan.generator), z, labels)[0], labels
