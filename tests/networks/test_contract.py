"""Which networks fit together, and what is said to those that don't."""

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo import auxiliaries, generator_penalties
from keras_gan_zoo.layers import Tap
from keras_gan_zoo.networks import contract

SHAPE = (8, 8, 1)


def generator(*inputs, shape=SHAPE):
    """Of the named inputs as a dict; of one tensor without names."""
    given = {
        "latents": keras.Input((4,), name="latents"),
        "labels": keras.Input((), dtype="int32", name="labels"),
        "noise": keras.Input((2,), name="noise"),
    }
    x = layers.Dense(int(np.prod(shape)))(given["latents"])
    taken = {name: given[name] for name in inputs} or given["latents"]
    if "labels" in inputs:
        x = x * ops.cast(given["labels"], "float32")[:, None]
    if "noise" in inputs:
        x = x + ops.sum(given["noise"], axis=1, keepdims=True)
    return keras.Model(taken, layers.Reshape(shape)(x))


def discriminator(*inputs, heads=None, shape=SHAPE, norm=None, labels=()):
    given = {
        "images": keras.Input(shape, name="images"),
        "labels": keras.Input(labels, dtype="int32", name="labels"),
    }
    x = layers.Flatten()(given["images"])
    x = x if norm is None else norm(x)
    if "labels" in inputs:
        label = layers.Flatten()(layers.Embedding(3, 2)(given["labels"]))
        x = layers.Concatenate()([x, label])
    taken = {name: given[name] for name in inputs} or given["images"]
    outputs = {name: layers.Dense(n)(x) for name, n in (heads or {}).items()}
    return keras.Model(taken, outputs or layers.Dense(1)(x))


@pytest.mark.parametrize("g", [(), ("latents",), ("latents", "labels")])
@pytest.mark.parametrize("d", [(), ("images",), ("images", "labels")])
@pytest.mark.parametrize("heads", [None, {"logits": 1, "classes": 3}])
def test_each_kind_of_generator_with_each_kind_of_discriminator(g, d, heads):
    classes = 3 if "labels" in (*g, *d) else None
    gan = kgz.GAN(generator(*g), discriminator(*d, heads=heads), num_classes=classes)
    assert gan.latent_dim == 4
    assert gan.image_shape == SHAPE
    assert contract.takes_labels(gan.generator) == ("labels" in g)
    outputs = contract.outputs(gan.discriminator)
    assert set(outputs) == set(heads or ("logits",))


def test_a_network_is_given_what_it_takes():
    latents, labels = np.ones((2, 4), "float32"), np.array([0, 1], "int32")
    for network in (generator(), generator("latents"), generator("latents", "labels")):
        made = contract.call(network, False, latents=latents, labels=labels)
        assert tuple(made.shape) == (2, *SHAPE)
    sequential = keras.Sequential(
        [keras.Input((4,)), layers.Dense(64), layers.Reshape(SHAPE)]
    )
    assert contract.input_names(sequential) == ()
    made = contract.call(sequential, False, latents=latents, labels=None)
    assert tuple(made.shape) == (2, *SHAPE)


def pairs():
    latents, noise = keras.Input((4,)), keras.Input((2,))
    x = layers.Reshape(SHAPE)(layers.Dense(64)(latents))
    two = keras.Model([latents, noise], x + ops.sum(noise))
    yield "generator of two inputs", two, discriminator(), "a dict by name"
    other = generator("latents", "noise")
    yield "generator of other names", other, discriminator(), "a dict by name"
    both = keras.Model(latents, [x, x])
    yield "generator of two outputs", both, discriminator(), "only images"
    flat = keras.Model(latents, layers.Dense(64)(latents))
    yield "generator of vectors", flat, discriminator(), "to images"
    anywhere = keras.Input((None, None, 1))
    copy = keras.Model(anywhere, anywhere)
    yield "generator of images", copy, discriminator(), "must map latents"
    unbuilt = keras.Sequential([layers.Dense(64)])
    yield "generator not built", unbuilt, discriminator(), "a built Keras model"
    yield "generator is no model", layers.Dense(2), discriminator(), "a built Keras"
    other = discriminator(shape=(8, 8, 3))
    yield "other channels", generator(), other, "the images that the generator makes"
    two = discriminator(heads={"logits": 2})
    yield "logits of two", generator(), two, "logits of shape \\(n, 1\\)"
    named = discriminator(heads={"score": 1})
    yield (
        "heads without logits",
        generator(),
        named,
        "dict of outputs that includes such `logits`",
    )
    lists = keras.Model(latents, x)
    images = keras.Input(SHAPE)
    head = layers.Dense(1)(layers.Flatten()(images))
    yield "outputs in a list", lists, keras.Model(images, [head, head]), "logits"
    hot = discriminator("images", "labels", labels=(3,))
    yield "one-hot labels", generator(), hot, "whole numbers of shape \\(n,\\)"


@pytest.mark.parametrize(
    ("g", "d", "message"), [pytest.param(*p, id=name) for name, *p in pairs()]
)
def test_networks_that_do_not_fit(g, d, message):
    with pytest.raises(ValueError, match=message) as error:
        kgz.GAN(g, d, num_classes=3)
    assert "Received: " in str(error.value)


def test_labels_need_classes():
    with pytest.raises(ValueError, match=r"`generator` takes labels.*num_classes=None"):
        kgz.GAN(generator("latents", "labels"), discriminator())
    with pytest.raises(ValueError, match=r"`discriminator` takes labels"):
        kgz.GAN(generator(), discriminator("images", "labels"))


PER_IMAGE = [
    kgz.GradientPenalty(),
    kgz.penalties.DRAGAN(),
    kgz.R1(),
    kgz.penalties.R2(),
]


NORMS = [layers.BatchNormalization, kgz.layers.BatchNormalization]


@pytest.mark.parametrize("penalty", PER_IMAGE, ids=lambda p: p.name)
@pytest.mark.parametrize("layer", NORMS)
def test_no_batch_norm_under_a_penalty_on_each_images_gradient(penalty, layer):
    networks = generator(), discriminator(norm=layer(name="bn"))
    kgz.GAN(*networks)  # without a penalty it is welcome
    message = f"no batch norm.*Received: {penalty.name} with the layers bn"
    with pytest.raises(ValueError, match=message):
        kgz.GAN(*networks, penalties=[penalty])
    networks[1].get_layer("bn").trainable = False  # takes its moving statistics
    kgz.GAN(*networks, penalties=[penalty])


def test_no_batch_norm_inside_of_other_models_and_in_families():
    images = keras.Input(SHAPE)
    body = keras.Sequential([layers.Flatten(), layers.BatchNormalization(name="deep")])
    d = keras.Model(images, layers.Dense(1)(body(images)))
    with pytest.raises(ValueError, match="with the layers deep"):
        kgz.GAN(generator(), d, penalties=[kgz.R1()])
    with pytest.raises(ValueError, match="no batch norm"):
        kgz.DCGAN((12, 12, 1), 4, (8, 4), (4, 8), penalties=[kgz.GradientPenalty()])


def test_a_penalty_that_is_not_per_image_takes_batch_norm():
    class OfAll(kgz.R1):
        per_image = False

    norm = layers.BatchNormalization()
    kgz.GAN(generator(), discriminator(norm=norm), penalties=[OfAll()])


def test_what_terms_need_of_the_networks():
    heads = {"logits": 1, "classes": 3}
    terms = [auxiliaries.Classification()]
    gan = kgz.GAN(
        generator(), discriminator(heads=heads), auxiliaries=terms, num_classes=3
    )
    assert [term.name for term in gan.auxiliaries] == ["classification"]
    with pytest.raises(ValueError, match=r"reads the.*Received.*outputs logits"):
        kgz.GAN(generator(), discriminator(), auxiliaries=terms, num_classes=3)
    with pytest.raises(ValueError, match=r"a `keras_gan_zoo.layers.Tap` layer"):
        kgz.GAN(
            generator(),
            discriminator(),
            generator_penalties=[generator_penalties.PathLength()],
        )


def test_the_tap_is_found_inside_of_other_models():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), Tap(name="w")])
    latents = keras.Input((4,))
    x = layers.Reshape(SHAPE)(layers.Dense(64)(inner(latents)))
    assert contract.find_tap(keras.Model(latents, x)).name == "w"
    assert contract.find_tap(plain.generator()).inner_shape == (5,)
    assert contract.find_tap(plain.discriminator()) is None


def test_networks_that_share_a_layer_are_refused():
    """Keras writes its weights for one of them, and can't read such a file."""
    table = layers.Embedding(3, 4, name="classes")

    def player(named, shape, end):
        given = keras.Input(shape, name=named)
        labels = keras.Input((), dtype="int32", name="labels")
        x = layers.Concatenate()([layers.Flatten()(given), table(labels)])
        return keras.Model({named: given, "labels": labels}, end(x))

    def image(x):
        return layers.Reshape(SHAPE)(layers.Dense(64, activation="tanh")(x))

    networks = player("latents", (4,), image), player("images", SHAPE, layers.Dense(1))
    with pytest.raises(ValueError, match=r"must not share layers.*Received.*classes"):
        kgz.GAN(*networks, num_classes=3)
