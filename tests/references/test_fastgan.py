"""FastGAN's networks equal the published ones (hugobb/FastGAN-pytorch, models.py)."""

import math

import numpy as np
from references.filling import assert_close, conv, fill, part, read, same

from keras_gan_zoo.auxiliaries import Reconstruction
from keras_gan_zoo.networks import contract, fastgan_discriminator, fastgan_generator

STEP = 16  # the fixture has every 16th pixel
NORM = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def published():
    """The fixture; vectors of the power iteration in our order of a kernel's axes."""
    weights, arrays = read("fastgan")
    for name in weights:
        if name.endswith("weight_v"):
            rows, columns = weights[f"{name[:-1]}orig"].shape[2:]
            v = weights[name].reshape(-1, rows, columns)
            weights[name] = v.transpose(1, 2, 0).ravel()
    return weights, arrays


def spectral(pattern, layer):
    """A spectrally normalized convolution: its kernel and its two vectors."""
    return [
        (rf"{pattern}\.weight_orig", rf"{layer}/{layer.split('/')[-1]}/kernel", conv),
        (
            rf"{pattern}\.weight_(u|v)",
            lambda m: f"{m.expand(layer)}/{m[m.lastindex]}",
            same,
        ),
    ]


def normed(pattern, layer):
    return [
        (rf"{pattern}\.{theirs}", f"{layer}/{ours}", same)
        for theirs, ours in NORM.items()
    ]


def excitation(pattern, layer):
    return [
        rule
        for i, name in ((1, "convolution"), (3, "mix"))
        for rule in spectral(rf"{pattern}\.main\.{i}", f"{layer}/{name}")
    ]


def up(pattern, layer, noisy):
    """An up block: a `Sequential`."""
    if not noisy:
        return spectral(rf"{pattern}\.1", f"{layer}_1_conv") + normed(
            rf"{pattern}\.2", f"{layer}_1_norm"
        )
    rules = []
    for first, name in ((1, f"{layer}_1"), (5, f"{layer}_2")):
        rules += spectral(rf"{pattern}\.{first}", f"{name}_conv")
        rules += [
            (
                rf"{pattern}\.{first + 1}\.weight",
                f"{name}_noise/strength",
                lambda x: x[0],
            ),
            (
                rf"{pattern}\.{first + 1}\.noise",
                f"{name}_noise/noise",
                lambda x: x[..., None],
            ),
        ]
        rules += normed(rf"{pattern}\.{first + 2}", f"{name}_norm")
    return rules


def generator_rules():
    rules = spectral(r"init\.init\.0", "project")
    rules += normed(r"init\.init\.1", "stage_0_norm")
    for size in (8, 16, 32, 64, 128, 256):
        stage = int(math.log2(size)) - 2
        rules += up(rf"feat_{size}", f"stage_{stage}", stage % 2 == 1)
        rules += excitation(rf"se_{size}", f"stage_{stage}_skip")
    return rules + spectral(r"to_big", "to_image")


def discriminator_rules():
    rules = spectral(r"down_from_big\.0", "stem_0_conv")
    for block, name in enumerate(("4", "8", "16", "32", "64"), start=1):
        for path, at in (
            ("main_1", r"main\.0"),
            ("main_2", r"main\.3"),
            ("direct", r"direct\.1"),
        ):
            place, number = at.split(r"\.")
            after = rf"{place}\.{int(number) + 1}"
            rules += spectral(rf"down_{name}\.{at}", f"block_{block}_{path}_conv")
            rules += normed(rf"down_{name}\.{after}", f"block_{block}_{path}_norm")
    for block, name in ((3, "2_16"), (4, "4_32"), (5, "8_64")):
        rules += excitation(rf"se_{name}", f"block_{block}_skip")
    rules += spectral(r"rf_big\.0", "last_conv") + normed(r"rf_big\.1", "last_norm")
    rules += spectral(r"rf_big\.3", "large_logits")
    rules += spectral(r"rf_small", "small_logits")
    rules += spectral(r"down_from_small\.0", "small_0_conv")
    for i in (1, 2, 3):
        pattern = rf"down_from_small\.{i + 1}\.main"
        rules += spectral(rf"{pattern}\.0", f"small_{i}_conv")
        rules += normed(rf"{pattern}\.1", f"small_{i}_norm")
    return rules


def decoder_rules(ours):
    ours = f"reconstruction/{ours}"
    rules = spectral(r"main\.5", f"{ours}_to_image")
    for i in range(4):
        pattern = rf"main\.{i + 1}"
        rules += spectral(rf"{pattern}\.1", f"{ours}_conv_{i}")
        rules += normed(rf"{pattern}\.2", f"{ours}_norm_{i}")
    return rules


def images():
    """What `make_fastgan.py` shows the discriminator, channels last."""
    drawn = np.random.RandomState(1).uniform(-1, 1, (2, 3, 256, 256))
    return drawn.astype("float32").transpose(0, 2, 3, 1)


def test_generator():
    weights, arrays = published()
    widths = (128, 64, 32, 16, 16, 8, 4)
    network = fastgan_generator((256, 256, 3), 5, widths)
    fill(network, part(weights, "g"), generator_rules(), unused=[r"to_128\..*"])
    found = network.predict(arrays["in_latents"], verbose=0)[:, ::STEP, ::STEP]
    assert_close(found, arrays["out_images"].transpose(0, 2, 3, 1))


def test_discriminator_and_decoders():
    weights, arrays = published()
    network = fastgan_discriminator((256, 256, 3), (2, 4, 8, 16, 32, 64))
    own = part(weights, "d")
    fill(network, own, discriminator_rules(), unused=[r"decoder_.*"])
    found = network.predict(images(), verbose=0)
    expected = arrays["out_logits"].reshape(2, 2, 25)  # path, image, pixel
    assert_close(found["logits"].reshape(2, 2, 25), expected.swapaxes(0, 1))

    term = Reconstruction()
    contract.build_terms(network, [term])
    quarter = found["middle_features"][:, 8:, :8]
    given = {
        "whole": ("big", found["features"]),
        "small": ("small", found["small_features"]),
        "part": ("part", quarter),
    }
    for name, (theirs, features) in given.items():
        decoder = getattr(term, name)
        fill(decoder, part(own, f"decoder_{theirs}"), decoder_rules(name))
        image = decoder.predict(features, verbose=0)[:, ::STEP, ::STEP]
        assert_close(image, arrays[f"out_{name}"].transpose(0, 2, 3, 1))
