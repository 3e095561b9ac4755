"""A PatchGAN's logits, one for each patch, in every loss and penalty."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz

SHAPE = (4, 4, 1)
KERNEL = np.random.default_rng(1).normal(size=(2, 2, 1, 1)).astype("float32")
IMAGES = np.random.default_rng(0).integers(0, 256, (6, *SHAPE), dtype="uint8")
#: one logit for each of 2x2 patches, of a linear map: its gradient is the kernel
SQUARED = np.square(KERNEL).sum() / 4  # |d mean(patches) / d image|^2


def grey():
    """A generator of one image whatever its latents are."""
    z = keras.Input((2,))
    flat = layers.Dense(16, kernel_initializer="zeros", bias_initializer="ones")(z)
    return keras.Model(z, layers.Reshape(SHAPE)(flat))


def patches(heads=False):
    x = keras.Input(SHAPE)
    convolution = layers.Conv2D(
        1, 2, strides=2, use_bias=False, data_format="channels_last"
    )
    logits = convolution(x)
    convolution.kernel.assign(KERNEL)
    return keras.Model(x, {"logits": logits} if heads else logits)


def logits_of(images):
    blocks = images[..., 0].reshape(-1, 2, 2, 2, 2)  # n, row, y, column, x
    return np.einsum("nrycx,yx->nrc", blocks, KERNEL[..., 0, 0])


REAL = logits_of(IMAGES / 127.5 - 1)
FAKE = logits_of(np.ones((6, *SHAPE)))


def softplus(x):
    return np.log1p(np.exp(x))


D_LOSSES = {
    "minimax": lambda r, f: softplus(-r).mean() + softplus(f).mean(),
    "non_saturating": lambda r, f: softplus(-r).mean() + softplus(f).mean(),
    "wasserstein": lambda r, f: f.mean() - r.mean(),
    "least_squares": lambda r, f: 0.5 * (((r - 1) ** 2).mean() + (f**2).mean()),
    "hinge": lambda r, f: np.maximum(1 - r, 0).mean() + np.maximum(1 + f, 0).mean(),
    "relativistic_paired": lambda r, f: softplus(f - r).mean(),
    "relativistic_average": lambda r, f: (
        softplus(f.mean() - r).mean() + softplus(f - r.mean()).mean()
    ),
}


@pytest.mark.parametrize("loss", D_LOSSES)
def test_losses_are_means_over_patches(loss):
    gan = kgz.GAN(grey(), patches(heads=loss == "hinge"), loss=loss)
    gan.compile()
    logs = gan.evaluate(IMAGES, batch_size=6, return_dict=True, verbose=0)
    assert logs["d_loss"] == pytest.approx(D_LOSSES[loss](REAL, FAKE), abs=1e-5)


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (kgz.R1(1.0), SQUARED / 2),
        (kgz.penalties.R2(1.0), SQUARED / 2),
        (kgz.GradientPenalty(1.0), (np.sqrt(SQUARED) - 1) ** 2),
        (kgz.penalties.DRAGAN(1.0), (np.sqrt(SQUARED) - 1) ** 2),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_penalties_take_the_gradient_of_the_patches_mean(penalty, expected):
    gan = kgz.GAN(grey(), patches(), penalties=[penalty])
    gan.compile()
    logs = gan.evaluate(IMAGES, batch_size=6, return_dict=True, verbose=0)
    assert logs[penalty.name] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "update", ["alternating", "simultaneous", "latent_optimization", "unrolled_1"]
)
def test_they_train_in_every_scheme(update):
    z = keras.Input((2,))
    image = layers.Reshape(SHAPE)(layers.Dense(16, activation="tanh")(z))
    gan = kgz.GAN(
        keras.Model(z, image),
        patches(),
        update=update,
        penalties=[kgz.R1(1.0)],
        augmentation=kgz.augmentation.DiffAugment("color"),
    )
    gan.compile(*(keras.optimizers.SGD(0.1) for _ in range(2)))
    history = gan.fit(IMAGES, batch_size=3, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    moved = keras.ops.convert_to_numpy(gan.discriminator.weights[0])
    assert np.abs(moved - KERNEL).max() > 1e-4


@pytest.mark.parametrize("shape", [(None, 2), (None, 4, 1), (None, 2, 2, 3)])
def test_other_shapes_are_no_logits(shape):
    x = keras.Input(SHAPE)
    logits = layers.Reshape(shape[1:])(
        layers.Dense(int(np.prod(shape[1:])))(layers.Flatten()(x))
    )
    with pytest.raises(ValueError, match=r"\(n, 1\), or \(n, rows, columns, 1\)"):
        kgz.GAN(grey(), keras.Model(x, logits))
