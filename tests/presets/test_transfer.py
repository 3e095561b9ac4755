"""A preset for another number of classes keeps all that doesn't depend on it."""

import warnings

import keras
import numpy as np
import pytest
from families.contract import EAGER, one_a_network, ours, settings, small
from undrawn import undrawn

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import transfer
from keras_gan_zoo.recipes import is_conditional, takes_labels

#: as many as the small networks are wide, so that nothing can be told by a number
BEFORE, AFTER = 8, 5
#: what is drawn anew, by family
NORMS = {"generator/up_0_norm_1", "generator/up_0_norm_2"}
TABLES = {"generator/embedding", "discriminator/embedding"}
CLASSES = {"generator/embedding", "discriminator/classes"}
DRAWN = {
    "acgan": {"generator/project_labels", "discriminator/classes"},
    "adcgan": CLASSES,
    "biggan": TABLES,
    "biggan_deep": TABLES,
    "cgan": TABLES,
    "contragan": {"generator/embedding", "discriminator/proxy"},
    "mdgan": {"generator/embedding", "discriminator/logit"},
    "mhgan": CLASSES,
    "projection_gan": NORMS | {"discriminator/embedding"},
    "r3gan": TABLES,
    "reacgan": {"generator/embedding", "discriminator/proxy"},
    "sagan": NORMS | {"discriminator/embedding"},
    "sngan": NORMS | {"discriminator/embedding"},
    "stylegan2": {"generator/mapping/embedding", "discriminator/embedding"},
    "tacgan": {*CLASSES, "discriminator/twin_classes"},
}

conditional = pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, id=family.file_name)
        for family in ours()
        if takes_labels(family) or is_conditional(family)
    ],
)


def to_other_classes(folder, **settings):
    with pytest.warns(UserWarning, match="starts from new weights") as caught:
        gan = kgz.GAN.from_preset(folder, num_classes=AFTER, **settings)
    (said,) = [w for w in caught if "new weights" in str(w.message)]
    assert said.filename == __file__
    return gan, str(said.message)


def shapes(gan):
    return [
        [tuple(v.shape) for v in network.weights]
        for network in (gan.generator, gan.discriminator)
    ]


def arrays(gan):
    return {
        f"{name}/{i}": keras.ops.convert_to_numpy(v)
        for name in ("generator", "ema_generator", "discriminator")
        for i, v in enumerate(getattr(gan, name).weights)
    }


def assert_kept(before, after, layers):
    """All but the drawn layers' tables is the same to the bit, and these are not."""
    old, new = arrays(before), arrays(after)
    drawn = {layer.partition("/")[2] for layer in layers}
    assert list(old) == list(new)
    for name, value in new.items():
        if value.shape == old[name].shape:
            network, _, place = name.partition("/")
            path = getattr(after, network).weights[int(place)].path
            state_of_a_kernel = path.endswith(("/u", "/v")) and any(
                f"/{layer}/" in path for layer in drawn
            )
            assert state_of_a_kernel or np.array_equal(value, old[name]), path


def narrow(family, num_classes):
    given = {"num_classes": num_classes, "ema_half_life": 16, "critic_steps": 1}
    given |= {"penalties": (), "generator_penalties": (), "augmentation": None}
    stages = {kgz.BigGANDeep: 1, kgz.CGAN: 3}.get(family, 2)
    for name in settings(family):
        if name.endswith("_widths"):
            given[name] = (8,) * stages
    return small(family, **given)


@conditional
@pytest.mark.once
def test_every_family(family):
    """What is drawn has the shapes of a new GAN's; the average keeps its own."""
    gan = narrow(family, BEFORE)
    for weight in gan.ema_generator.trainable_weights:
        weight.assign(weight + 1.0)
    made, drawn = transfer.transferred(gan, AFTER)
    assert type(made) is family
    assert made.num_classes == AFTER
    assert set(drawn) == DRAWN[family.file_name]
    assert shapes(made) == shapes(undrawn(lambda: narrow(family, AFTER)))
    assert_kept(gan, made, drawn)


@pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, id=family.file_name)
        for family in one_a_network()
        if takes_labels(family) or is_conditional(family)
    ],
)
@pytest.mark.once
def test_training_and_storing(family, tmp_path):
    """One family of each kind of networks."""
    gan = narrow(family, BEFORE)
    gan.images_seen.assign(99)
    gan.save_to_preset(tmp_path / "eight")
    made, said = to_other_classes(tmp_path / "eight")
    assert all(layer in said for layer in DRAWN[family.file_name])
    assert int(made.images_seen) == 99
    made.compile(run_eagerly=EAGER)
    images = np.random.default_rng(0).integers(0, 256, (8, *made.image_shape))
    labels = np.arange(8) % AFTER
    made.fit(images.astype("uint8"), labels, batch_size=4, verbose=0)

    made.save_to_preset(tmp_path / "five")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        again = family.from_preset(tmp_path / "five")
    samples = made.generate(2, labels=AFTER - 1, seed=0)
    np.testing.assert_array_equal(again.generate(2, labels=AFTER - 1, seed=0), samples)


@pytest.fixture
def folder(conditional_gan, tmp_path):
    conditional_gan(label_distribution="data", ema_half_life=16).save_to_preset(
        tmp_path / "three"
    )
    return tmp_path / "three"


def test_networks_of_ones_own(folder, noise):
    gan, said = to_other_classes(folder, critic_steps=2)
    assert "has 3 classes, and this GAN has 5" in said
    assert "the counts of the labels" in said
    assert (gan.critic_steps, gan.label_names) == (2, None)
    gan.compile()
    gan.fit(noise(16), np.arange(16) % AFTER, batch_size=4, verbose=0)
    assert gan.generate(2, labels=4).shape == (2, 8, 8, 1)


@pytest.mark.once
def test_names_of_the_classes(folder):
    names = ("one", "two", "three", "four", "five")
    gan, _ = to_other_classes(folder, label_names=names)
    assert gan.label_names == names
    with pytest.raises(ValueError, match="label_names"):
        kgz.GAN.from_preset(folder, num_classes=AFTER, label_names=["one"])


@pytest.mark.once
def test_as_many_classes_are_the_same_classes(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        gan = kgz.GAN.from_preset(folder, num_classes=3)
    plain = kgz.GAN.from_preset(folder)
    assert gan.label_names == plain.label_names == ("ant", "bee", "cat")
    for one, other in zip(arrays(gan).values(), arrays(plain).values(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.once
@pytest.mark.parametrize("wrong", [None, 1, 2.5, "7", True])
def test_a_number_of_classes_is_one(folder, wrong):
    with pytest.raises(ValueError, match=r"whole number from 2 on.*num_classes="):
        kgz.GAN.from_preset(folder, num_classes=wrong)


@pytest.mark.once
def test_an_unconditional_preset_has_no_classes(tiny_gan, tmp_path):
    tiny_gan().save_to_preset(tmp_path / "plain")
    with pytest.raises(ValueError, match=r"conditional preset.*unconditional GAN"):
        kgz.GAN.from_preset(tmp_path / "plain", num_classes=7)


@pytest.mark.once
def test_other_ways_to_take_labels():
    """A linear map of a one-hot, which nothing but its input's width tells."""
    latents = keras.Input((4,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    x = keras.ops.concatenate([latents, keras.ops.one_hot(labels, 3)], axis=1)
    x = keras.layers.Dense(16, name="of_both")(x)
    generator = keras.Model(
        {"latents": latents, "labels": labels}, keras.layers.Reshape((4, 4, 1))(x)
    )
    discriminator = kgz.networks.dense_discriminator((4, 4, 1), widths=(4,))
    gan = kgz.GAN(generator, discriminator, num_classes=3)
    made, _ = transfer.transferred(gan, 6)
    kernel = made.generator.get_layer("of_both").kernel
    assert tuple(kernel.shape) == (4 + 6, 16)


@keras.saving.register_keras_serializable(package="tests")
class Shift(keras.layers.Layer):
    """Takes labels, and does not tell how many there are."""

    def call(self, x, labels):
        return x + keras.ops.cast(labels, x.dtype)[:, None]


@pytest.mark.once
def test_what_is_not_known_is_not_guessed():
    latents = keras.Input((4,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    discriminator = kgz.networks.dense_discriminator((4, 4, 1), widths=(4,))

    def gan_of(x):
        images = keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(16)(x))
        generator = keras.Model({"latents": latents, "labels": labels}, images)
        return kgz.GAN(generator, discriminator, num_classes=3)

    gan = gan_of(Shift(name="shift")(latents, labels))
    with pytest.raises(ValueError, match=r"`shift` takes labels, and has none of"):
        transfer.transferred(gan, 6)
    gan = gan_of(keras.layers.Embedding(4, 4, name="one_more")(labels))
    with pytest.raises(ValueError, match=r"`one_more` takes labels, .* is 4, not"):
        transfer.transferred(gan, 6)
    gan = gan_of(keras.ops.cast(labels, "float32")[:, None])
    with pytest.raises(ValueError, match="none of its layers depends"):
        transfer.transferred(gan, 6)
