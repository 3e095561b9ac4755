"""What a generator and a discriminator must be to train each other.

A network takes one tensor, or a dict by name: a generator `latents` and `labels`, a
discriminator `images` and `labels`. A discriminator returns logits, or a dict of
outputs by name with `logits` among them.
"""

import keras

from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.layers import Tap

TAKES = {"generator": ("latents", "labels"), "discriminator": ("images", "labels")}


def call(network, training, **inputs):
    """Call a network with those of the inputs that it takes.

    A network of one tensor takes the first.
    """
    names = input_names(network)
    values = {name: inputs[name] for name in names} if names else None
    return network(
        next(iter(inputs.values())) if values is None else values, training=training
    )


def input_names(network):
    """Names of the inputs of a network that takes a dict; else `()`."""
    taken = taken_by(network)
    return tuple(taken) if isinstance(taken, dict) else ()


def takes_labels(network):
    return "labels" in input_names(network)


def main_input(network, name):
    """The input that every network of its kind has, a symbolic tensor."""
    taken = taken_by(network)
    return taken[name] if isinstance(taken, dict) else taken


def taken_by(network):
    """A network's symbolic inputs: a tensor, or a structure of them."""
    if isinstance(network, keras.Sequential):
        return network.inputs[0]
    return network.input


def made_by(network):
    """A network's symbolic outputs: a tensor, or a structure of them."""
    if isinstance(network, keras.Sequential):
        return network.outputs[0]
    return network.output


def outputs(network):
    """A discriminator's outputs by name, symbolic tensors."""
    found = made_by(network)
    return found if isinstance(found, dict) else {"logits": found}


def check_networks(generator, discriminator, num_classes, augmentation):
    """Refuse networks that can't train each other.

    Raises:
        ValueError: what fits where is in the message.
    """
    for kind, network in (("generator", generator), ("discriminator", discriminator)):
        graph = isinstance(network, keras.Model) and hasattr(network, "inputs")
        if not graph or not network.built:
            raise ValueError(
                f"`{kind}` must be a built Keras model, functional or `Sequential`. "
                f"Received: {kind}={network!r}"
            )
        _check_inputs(kind, network, num_classes)
    latents, images = main_input(generator, "latents").shape, made_by(generator)
    if not hasattr(images, "shape"):
        raise ValueError(
            "`generator` must return images alone. "
            f"Received: a model with the outputs {images!r}"
        )
    images = tuple(images.shape)
    if len(latents) != 2 or len(images) != 4 or None in images[1:]:
        raise ValueError(
            "`generator` must map latents (n, latent_dim) to images (n, height, "
            "width, channels) of one size. Received: a model from shape "
            f"{tuple(latents)} to shape {images}"
        )
    shown = images
    if augmentation is not None:
        shown = tuple(augmentation.compute_output_shape(images))
    taken = tuple(main_input(discriminator, "images").shape)
    if taken[1:] != shown[1:]:
        after = " after the augmentation" if shown != images else ""
        raise ValueError(
            f"`discriminator` must take the images that the generator makes{after}, "
            f"shape {shown}. Received: a model of input shape {taken}"
        )
    found = outputs(discriminator)
    logits = found.get("logits")
    if not hasattr(logits, "shape") or tuple(logits.shape[1:]) != (1,):
        shapes = keras.tree.map_structure(lambda output: tuple(output.shape), found)
        raise ValueError(
            "`discriminator` must return logits of shape (n, 1), without a sigmoid; "
            "one with further outputs a dict with `logits` in it. Received: a model "
            f"with the output shapes {shapes}"
        )


def _check_inputs(kind, network, num_classes):
    """One tensor, or a dict of known names; labels are whole numbers `(n,)`."""
    expected, names = TAKES[kind], input_names(network)
    if not names and len(network.inputs) == 1:
        return
    if expected[0] not in names or not set(names) <= set(expected):
        raise ValueError(
            f"`{kind}` must take one tensor, or a dict by name: "
            f"`keras.Model({{{expected[0]!r}: ..., 'labels': ...}}, outputs)`. "
            f"Received: a model with the inputs {names or taken_by(network)!r}"
        )
    if "labels" not in names:
        return
    labels = taken_by(network)["labels"]
    if tuple(labels.shape) != (None,) or "int" not in str(labels.dtype):
        raise ValueError(
            "`labels` must enter a network as whole numbers of shape (n,): "
            '`keras.Input((), dtype="int32", name="labels")`. '
            f"Received: {kind} with labels of shape {tuple(labels.shape)}, dtype "
            f"{labels.dtype}"
        )
    if num_classes is None:
        raise ValueError(
            f"`{kind}` takes labels, so the GAN needs `num_classes`, for example "
            "`GAN(generator, discriminator, num_classes=10)`. "
            "Received: num_classes=None"
        )


def check_reads(discriminator, auxiliaries):
    """Refuse auxiliaries that read what the discriminator does not return."""
    found = outputs(discriminator)
    for auxiliary in auxiliaries:
        missing = [name for name in auxiliary.reads if name not in found]
        if missing:
            raise ValueError(
                f"`{auxiliary.name}` reads the discriminator's outputs "
                f"{', '.join(auxiliary.reads)}: have it return a dict with them, "
                "beside `logits`. "
                f"Received: a discriminator with the outputs {', '.join(found)}"
            )


def check_per_image(discriminator, penalties):
    """Refuse batch norm under a penalty on each image's own gradient."""
    asking = [penalty.name for penalty in penalties if penalty.per_image]
    mixing = [
        layer.name
        for layer in all_layers(discriminator)
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]
    if asking and mixing:
        raise ValueError(
            "A discriminator under a gradient penalty has no batch norm, since the "
            "penalty is on each image's own gradient, which batch norm mixes with the "
            "others'. Use layer norm or none (in the families: "
            f"`normalization='layer'` or None). Received: {', '.join(asking)} with the "
            f"layers {', '.join(mixing)}"
        )


def check_tap(generator, generator_penalties):
    """Refuse penalties inside a generator that has no place for them."""
    inner = [penalty.name for penalty in generator_penalties if penalty.inner]
    if inner and find_tap(generator) is None:
        raise ValueError(
            f"`{inner[0]}` takes gradients inside the generator, which marks the place "
            "by a `keras_gan_zoo.layers.Tap` layer. "
            "Received: a generator without one"
        )


def find_tap(generator):
    """The generator's `Tap` layer, or None."""
    taps = (layer for layer in all_layers(generator) if isinstance(layer, Tap))
    return next(taps, None)
