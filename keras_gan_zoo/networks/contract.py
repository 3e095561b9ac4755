"""What a generator and a discriminator must look like to train each other.

A network takes one tensor, or a dict by name: `latents`, `labels` and `truncation` for
a generator, `images` and `labels` for a discriminator. A discriminator returns logits,
or a dict of outputs by name that includes `logits`: one for an image, `(n, 1)`, or one
for each of its patches, `(n, rows, columns, 1)`.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.layers import Tap
from keras_gan_zoo.networks.activations import last_activation

TAKES = {
    "generator": ("latents", "labels", "truncation"),
    "discriminator": ("images", "labels"),
}


def call(network: keras.Model, training: bool, **inputs: Any) -> Any:
    """Call a network with those of the inputs that it takes.

    A network that takes one tensor gets the first. Nothing is truncated unless
    `truncation` says so.
    """
    names = input_names(network)
    if "truncation" in names and "truncation" not in inputs:
        inputs["truncation"] = ops.ones(ops.shape(inputs["latents"])[:1])
    values = {name: inputs[name] for name in names} if names else None
    values = next(iter(inputs.values())) if values is None else values
    if training:
        return backend.call_in_training(network, values)
    return network(values, training=False)


def input_names(network: keras.Model) -> tuple[str, ...]:
    """The names of the inputs of a network that takes a dict, or else `()`."""
    taken = taken_by(network)
    return tuple(taken) if isinstance(taken, dict) else ()


def takes_labels(network: keras.Model) -> bool:
    return "labels" in input_names(network)


def takes_truncation(network: keras.Model) -> bool:
    """Whether a generator is told how far its latents are truncated."""
    return "truncation" in input_names(network)


def main_input(network: keras.Model, name: str) -> Any:
    """The input that every network of its kind has, a symbolic tensor."""
    taken = taken_by(network)
    return taken[name] if isinstance(taken, dict) else taken


def taken_by(network: keras.Model) -> Any:
    """A network's symbolic inputs: a tensor, or a structure of them."""
    if isinstance(network, keras.Sequential):
        return network.inputs[0]
    return network.input


def made_by(network: keras.Model) -> Any:
    """A network's symbolic outputs: a tensor, or a structure of them."""
    if isinstance(network, keras.Sequential):
        return network.outputs[0]
    return network.output


def outputs(network: keras.Model) -> dict[str, Any]:
    """A discriminator's outputs by name, symbolic tensors."""
    found = made_by(network)
    return found if isinstance(found, dict) else {"logits": found}


def check_generator(generator: keras.Model, num_classes: int | None) -> None:
    """Raise an error if a network can't make images.

    Raises:
        ValueError: the message says what it must take and return.
    """
    _check_inputs("generator", generator, num_classes)
    latents, images = main_input(generator, "latents").shape, made_by(generator)
    if not hasattr(images, "shape"):
        raise ValueError(
            "`generator` must return only images. "
            f"Received: a model with the outputs {images!r}"
        )
    images = tuple(images.shape)
    if len(latents) != 2 or len(images) != 4 or None in images[1:]:
        raise ValueError(
            "`generator` must map latents (n, latent_dim) to images (n, height, "
            "width, channels) of a fixed size. Received: a model from shape "
            f"{tuple(latents)} to shape {images}"
        )
    if images[3] > 4 >= images[1]:
        raise ValueError(
            "`generator` must make images with the channels last, whatever Keras' "
            "`image_data_format` is. End it in `keras.layers.Permute((2, 3, 1))`, or "
            'give its layers `data_format="channels_last"`. '
            f"Received: a model that makes the shape {images}"
        )
    found = last_activation(made_by(generator))
    if found is not None and (found.low > -0.99 or found.high < 0.99):
        raise ValueError(
            "`generator` must make images in [-1, 1], from black to white. End it in "
            "`tanh`, or rescale what it makes, for example "
            "`keras.layers.Rescaling(2, offset=-1)` after a sigmoid. Received: images "
            f"that end in `{found.name}` (layer {found.layer}), which are from "
            f"{found.low:.3g} to {found.high:.3g}"
        )


def check_discriminator(
    discriminator: keras.Model,
    generator: keras.Model,
    num_classes: int | None,
    augmentation: Any,
    of_logits: bool,
) -> None:
    """Raise an error if a network can't judge what the generator makes.

    Logits may be of any size, negative or positive. `of_logits` says whether the loss
    takes logits.

    Raises:
        ValueError: the message says what it must take and return.
    """
    _check_inputs("discriminator", discriminator, num_classes)
    shown = images = tuple(made_by(generator).shape)
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
    logits: Any = found.get("logits")
    shape = tuple(getattr(logits, "shape", ()))
    if len(shape) not in (2, 4) or shape[-1] != 1:
        shapes = keras.tree.map_structure(lambda output: tuple(output.shape), found)
        raise ValueError(
            "`discriminator` must return logits of shape (n, 1), or (n, rows, columns, "
            "1) for patches, without a sigmoid, or a dict of outputs that includes "
            f"such `logits`. Received: a model with the output shapes {shapes}"
        )
    end = last_activation(logits)
    if of_logits and end is not None and (end.low > -100 or end.high < 100):
        raise ValueError(
            "`discriminator` must return logits, which may be of any size, negative "
            "or positive: the losses apply the sigmoid themselves. Leave the "
            "activation out of its last layer: `keras.layers.Dense(1)`. A loss of your "
            "own that takes something else sets `of_logits = False`. Received: "
            f"logits that end in `{end.name}` (layer {end.layer})"
        )


def check_apart(generator: keras.Model, discriminator: keras.Model) -> None:
    """Raise an error if a layer's weights are in both networks.

    Each player would move them by its own optimizer, and Keras stores what two models
    share in the file of one.
    """
    theirs = {id(variable) for variable in discriminator.variables}
    shared = [v.path for v in generator.variables if id(v) in theirs]
    if shared:
        raise ValueError(
            "The players must not share layers: make one for each network, such as "
            "two `keras.layers.Embedding` of the labels. Received: a generator and a "
            f"discriminator that both have {', '.join(shared[:3])}"
        )


def _check_inputs(kind, network, num_classes):
    """Check for one tensor, or a dict of known names with whole `labels` `(n,)`."""
    expected, names = TAKES[kind], input_names(network)
    if not names and len(network.inputs) == 1:
        return
    if expected[0] not in names or not set(names) <= set(expected):
        shown = ", ".join(f"{x.name} {tuple(x.shape)}" for x in network.inputs)
        raise ValueError(
            f"`{kind}` must take one tensor, or a dict by name: "
            f"`keras.Model({{{expected[0]!r}: ..., 'labels': ...}}, outputs)`. "
            "What else it needs it can draw or compute itself. Received: a model with "
            f"the inputs {shown}"
        )
    if "truncation" in names:
        shape = tuple(taken_by(network)["truncation"].shape)
        if shape != (None,):
            raise ValueError(
                "`truncation` must enter a generator as numbers of shape (n,): "
                f'`keras.Input((), name="truncation")`. Received: the shape {shape}'
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


def networks_of(gan: Any) -> dict[str, keras.Model]:
    """The networks that a GAN has: its generator, and mostly a discriminator."""
    found = {"generator": gan.generator, "discriminator": gan.discriminator}
    return {name: network for name, network in found.items() if network is not None}


def check_trains(gan: Any) -> None:
    """Raise an error for a GAN without a discriminator."""
    if gan.discriminator is None:
        kind = type(gan).__name__
        new = "generator=gan.generator, image_shape=gan.image_shape"
        if gan.num_classes is not None:
            new += ", num_classes=gan.num_classes"
        example = (
            f"`{kind}({new})`"
            if hasattr(gan, "networks")
            else "`GAN(gan.generator, your_discriminator)`"
        )
        raise ValueError(
            "This GAN has no discriminator, because its generator alone was "
            "published, so it generates and is not trained. To go on training the "
            "generator, against a new discriminator that has to catch up first: "
            f"{example}. Received: discriminator=None"
        )


def check_reads(discriminator: keras.Model, terms: Sequence[Any]) -> None:
    """Raise an error if a loss or a term reads what the discriminator has not."""
    found = outputs(discriminator)
    for term in terms:
        missing = [name for name in term.reads if name not in found]
        if missing:
            raise ValueError(
                f"`{getattr(term, 'name', type(term).__name__)}` reads the "
                f"discriminator's outputs {', '.join(term.reads)}: have it return a "
                "dict with these and "
                "`logits`. "
                f"Received: a discriminator with the outputs {', '.join(found)}"
            )


def build_terms(discriminator: keras.Model, terms: Sequence[Any]) -> None:
    """Create the weights of terms that wait for the discriminator's outputs."""
    shapes = {name: tuple(x.shape) for name, x in outputs(discriminator).items()}
    for term in terms:
        if not term.built:
            term.build(shapes)


def check_per_image(discriminator: keras.Model, penalties: Sequence[Any]) -> None:
    """Raise an error for batch norm under a penalty on each image's own gradient."""
    asking = [penalty.name for penalty in penalties if penalty.per_image]
    mixing = [
        layer.name
        for layer in all_layers(discriminator)
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]
    if asking and mixing:
        raise ValueError(
            "A discriminator under a gradient penalty must have no batch norm: the "
            "penalty is on each image's own gradient, which batch norm mixes with the "
            "others'. Use layer norm or none (in the families: "
            f"`normalization='layer'` or None). Received: {', '.join(asking)} with the "
            f"layers {', '.join(mixing)}"
        )


def check_tap(generator: keras.Model, generator_penalties: Sequence[Any]) -> None:
    """Raise an error for penalties inside a generator that has no `Tap` for them."""
    inner = [penalty.name for penalty in generator_penalties if penalty.inner]
    if inner and find_tap(generator) is None:
        raise ValueError(
            f"`{inner[0]}` takes gradients inside the generator: mark the place with "
            "a `keras_gan_zoo.layers.Tap` layer. "
            "Received: a generator without one"
        )


def find_tap(generator: keras.Model) -> Tap | None:
    """The generator's `Tap` layer, or None."""
    taps = (layer for layer in all_layers(generator) if isinstance(layer, Tap))
    return next(taps, None)


def may_add_losses(network: keras.Model) -> bool:
    """Whether a call of a network may add to its losses, as far as its classes tell."""
    known = ("keras", "keras_gan_zoo")  # no layer of these calls `add_loss` by itself
    return any(
        layer.activity_regularizer is not None
        or type(layer).__module__.split(".")[0] not in known
        for layer in [network, *all_layers(network)]
    )
