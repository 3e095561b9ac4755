"""The MNIST networks of the first conditional GAN (Mirza and Osindero 2014).

Fully connected, for any image size. arXiv:1411.1784, section 4.1.
"""

import math

from keras import Input, Model, layers

from keras_gan_zoo.networks.blocks import LAST, labels_input, maxout
from keras_gan_zoo.networks.shapes import check_image_shape
from keras_gan_zoo.typing import ImageShape


def cgan_generator(
    image_shape: ImageShape,
    num_classes: int,
    latent_dim: int = 100,
    latent_width: int = 200,
    label_width: int = 1000,
    joint_width: int = 1200,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images in [-1, 1].

    Latents and label have a hidden layer each, followed by a joint one. In place of the
    paper's ReLU and dropout there are batch norm and LeakyReLU 0.2, without which this
    game tends to collapse, and in place of its sigmoid a tanh.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int.
        latent_width: int, units of the latents' layer.
        label_width: int, units of the labels' layer.
        joint_width: int, units of the joint layer.

    Returns:
        A functional `keras.Model` of a dict of `latents` and `labels`.

    Example:

    >>> cgan_generator((28, 28, 1), num_classes=10).output_shape
    (None, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)

    def hidden(x, name):
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"norm_{name}")(
            x
        )
        return layers.LeakyReLU(0.2, name=f"leaky_relu_{name}")(x)

    latents, labels = Input((latent_dim,), name="latents"), labels_input()
    z = layers.Dense(latent_width, use_bias=False, name="dense_latents")(latents)
    y = layers.Embedding(num_classes, label_width, name="embedding")(labels)
    x = layers.Concatenate(name="both")([hidden(z, "latents"), hidden(y, "labels")])
    x = hidden(layers.Dense(joint_width, use_bias=False, name="dense_both")(x), "both")
    x = layers.Dense(math.prod(image_shape), name="to_image")(x)
    x = layers.Activation("tanh", dtype="float32", name="tanh")(x)
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)
    return Model({"latents": latents, "labels": labels}, images, name=name)


def cgan_discriminator(
    image_shape: ImageShape,
    num_classes: int,
    image_width: int = 240,
    label_width: int = 50,
    joint_width: int = 240,
    dropout: float = 0.5,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    Maxout layers, with 5 pieces for the image and for the label, and 4 for both.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        image_width: int, units of the image's layer.
        label_width: int, units of the label's layer.
        joint_width: int, units of the joint layer.
        dropout: float, after the images' layer and the joint one.

    Returns:
        A functional `keras.Model` of a dict of `images` and `labels`.

    Example:

    >>> cgan_discriminator((28, 28, 1), num_classes=10).output_shape
    (None, 1)
    """
    images = Input(check_image_shape(image_shape), name="images")
    labels = labels_input()
    x = maxout(
        layers.Flatten(name="flatten", **LAST)(images), image_width, 5, "dense_images"
    )
    # A maxout layer of a one-hot class is a table with one entry per class.
    y = layers.Embedding(num_classes, label_width, name="embedding")(labels)
    if dropout:
        x = layers.Dropout(dropout, seed=0, name="dropout_images")(x)
    x = layers.Concatenate(name="both")([x, y])
    x = maxout(x, joint_width, 4, "dense_both")
    if dropout:
        x = layers.Dropout(dropout, seed=1, name="dropout_both")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)
    return Model({"images": images, "labels": labels}, logits, name=name)
