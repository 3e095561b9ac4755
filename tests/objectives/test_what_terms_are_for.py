"""Terms say which GANs they are not for, where training would go on in silence."""

import keras
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo import auxiliaries, losses
from keras_gan_zoo.latents import Latents

CLASSES = 3


def gan(outputs, dim=4, num_classes=None, **settings):
    """A GAN whose discriminator has the outputs, name -> width, and a logit."""
    latents = keras.Input((dim,), name="latents")
    generator = keras.Model(
        latents, layers.Reshape((2, 2, 1))(layers.Dense(4)(latents))
    )
    images = keras.Input((2, 2, 1), name="images")
    x = layers.Flatten()(images)
    heads = {name: layers.Dense(n)(x) for name, n in {"logits": 1, **outputs}.items()}
    discriminator = keras.Model(images, heads)
    return kgz.GAN(generator, discriminator, num_classes=num_classes, **settings)


@pytest.mark.parametrize(
    ("term", "latents"),
    [
        (
            auxiliaries.Information(2, (3,)),
            Latents(normal=1, uniform=2, categorical=(3,)),
        ),
        (auxiliaries.Information(2), Latents(normal=4, uniform=2)),
        (auxiliaries.Information(2), None),
        (auxiliaries.Information(0, (3,)), Latents(uniform=1, categorical=(2, 3))),
    ],
)
def test_codes_are_the_last_latents(term, latents):
    dim = 6 if latents is None else latents.dim
    made = gan({"codes": term.size}, dim, latents=latents, auxiliaries=[term])
    assert made.auxiliaries == [term]


@pytest.mark.parametrize(
    ("term", "latents"),
    [
        # As many numbers as there are codes, of which some are taken for others.
        (
            auxiliaries.Information(3, (2,)),
            Latents(normal=1, uniform=2, categorical=(3,)),
        ),
        (auxiliaries.Information(5), Latents(normal=1, uniform=2, categorical=(3,))),
        (auxiliaries.Information(2, (3,)), Latents(uniform=1, categorical=(2, 3))),
        (auxiliaries.Information(3), Latents(uniform=2, categorical=())),
        (auxiliaries.Information(0, (3,)), None),
    ],
)
def test_other_latents_are_no_codes(term, latents):
    dim = 6 if latents is None else latents.dim
    with pytest.raises(ValueError, match=r"last of the latents.*Received: continuous="):
        gan({"codes": term.size}, dim, latents=latents, auxiliaries=[term])


@pytest.mark.parametrize("width", [2, 30])
def test_there_is_a_number_for_each_code(width):
    term, latents = (
        auxiliaries.Information(0, (3,)),
        Latents(normal=1, categorical=(3,)),
    )
    with pytest.raises(ValueError, match=f"must have 3 numbers.*Received: {width}"):
        gan({"codes": width}, 4, latents=latents, auxiliaries=[term])


TERMS = {
    "classification": (auxiliaries.Classification(), ["classes"], 3),
    "twins": (auxiliaries.TwinClassification(), ["classes", "twin_classes"], 3),
    "discriminative": (auxiliaries.DiscriminativeClassification(), ["classes"], 6),
    "multi_hinge": (losses.MultiHinge(), ["classes"], 4),
}


def with_term(term, reads, width, **settings):
    kind = {"loss": term} if isinstance(term, losses.MultiHinge) else {}
    kind = kind or {"auxiliaries": [term]}
    return gan(dict.fromkeys(reads, width), **kind, **settings)


@pytest.mark.parametrize("name", TERMS)
def test_logits_are_as_many_as_classes(name):
    """A label without a logit costs nothing on JAX, and is an error elsewhere."""
    term, reads, width = TERMS[name]
    with_term(term, reads, width, num_classes=CLASSES)
    for other in (width - 1, width + 1):
        with pytest.raises(
            ValueError, match=f"needs {width} logits.*Received: {other}"
        ):
            with_term(term, reads, other, num_classes=CLASSES)


@pytest.mark.parametrize("name", [*TERMS, "embedded"])
def test_what_learns_from_labels_needs_some(name):
    embedded = auxiliaries.ConditionalContrastive(), ["embedding", "proxy"], 5
    with pytest.raises(ValueError, match=r"needs `num_classes`.*Received"):
        with_term(*TERMS.get(name, embedded))


def test_energies_are_no_logits():
    small = {"generator_widths": (4,), "discriminator_widths": (4,)}
    with pytest.raises(ValueError, match=r"must return logits.*ReconstructionError"):
        kgz.EBGAN((8, 8, 1), loss="hinge", **small)
    with pytest.raises(ValueError, match=r"`LeCam`.*energies.*Received: loss=Boundary"):
        kgz.BEGAN((8, 8, 1), auxiliaries=[auxiliaries.LeCam()], **small)
