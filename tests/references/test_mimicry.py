"""Residual networks against mimicry 0.1.16: SNGAN, cGAN-PD, SSGAN, InfoMax-GAN."""

import numpy as np
import pytest
from keras import ops
from references.filling import assert_close, fill, grid, part, read, same
from references.resnet_rules import (
    conditional_norm,
    halves,
    norm,
    own_power_step,
    plain,
    spectral,
)

from keras_gan_zoo.networks import (
    info_max_gan_discriminator,
    resnet_discriminator,
    resnet_generator,
    ssgan_discriminator,
)
from keras_gan_zoo.objectives.self_supervision import InfoMax, Rotations, rotate
from keras_gan_zoo.training.batch import Batch

SHAPE, WIDTH = (32, 32, 3), 16


def up(layer):
    return lambda m: f"up_{int(m[1]) - 2}_{layer}"


def down(layer):
    return lambda m: f"block_{int(m[1]) - 1}_{layer}"


def generator(kind):
    block = r"block(\d)\."
    return [
        *plain("l1", "project", grid(4, 4), grid(4, 4)),
        *plain(block + "c1", up("conv_1")),
        *plain(block + "c2", up("conv_2")),
        *plain(block + "c_sc", up("shortcut")),
        *kind(block + "b1", up("norm_1")),
        *kind(block + "b2", up("norm_2")),
        *norm("b5", "norm"),
        *plain("c5", "to_image"),
    ]


def blocks(block=r"block(\d)\.", down=down):
    return [
        *spectral(block + "c1", down("conv_1"), 3),
        *spectral(block + "c2", down("conv_2"), 3),
        *spectral(block + "c_sc", down("shortcut"), 1),
    ]


TABLE = spectral("l_y", "embedding", turn=same, kernel="embeddings")
DISCRIMINATOR = [*blocks(), *spectral("l5", "logit")]


def numpy(x):
    return ops.convert_to_numpy(x)


def last(images):
    images = images.astype("float32").transpose(0, 2, 3, 1)
    return ops.convert_to_tensor(np.ascontiguousarray(images))


@pytest.mark.parametrize("classes", [None, 3])
def test_sngan_and_cgan_pd(classes):
    weights, of = read("mimicry_cgan_pd" if classes else "mimicry_sngan")
    weights = own_power_step(halves(weights))
    made = fill(
        resnet_generator(SHAPE, 8, (WIDTH,) * 4, classes, interpolation="bilinear"),
        part(weights, "g"),
        generator(conditional_norm if classes else norm),
    )
    network = resnet_discriminator(
        SHAPE, (WIDTH,) * 4, num_classes=classes, activated=True
    )
    rules = [*DISCRIMINATOR, *TABLE]
    fill(network, part(weights, "d"), rules)
    z, images = of["in_z"], last(of["out_images"])
    if classes:
        labels = ops.convert_to_tensor(of["in_labels"])
        z = {"latents": ops.convert_to_tensor(z), "labels": labels}
        images = {"images": images, "labels": labels}
    assert_close(numpy(made(z)), numpy(last(of["out_images"])))
    assert_close(numpy(network(images)), of["out_logits"])


def test_ssgan():
    weights, of = read("mimicry_ssgan")
    network = ssgan_discriminator(SHAPE, (WIDTH,) * 4, activated=True)
    rules = [*DISCRIMINATOR, *spectral("l_y", "rotations")]
    fill(network, part(own_power_step(weights), "d"), rules)
    images = last(of["in_images"])
    found = network(images)
    assert_close(numpy(found["logits"]), of["out_logits"])
    assert_close(numpy(found["rotations"]), of["out_rotations"])

    turned, turns = rotate(last(of["in_batch"]))
    np.testing.assert_array_equal(numpy(turned), numpy(last(of["out_turned"])))
    np.testing.assert_array_equal(numpy(turns), of["out_turns"])
    loss = Rotations(generator_weight=0.2).generator_loss(
        lambda batch: network(batch.images), Batch(images), None, None
    )
    assert float(numpy(loss)) == pytest.approx(float(of["out_loss"]), rel=1e-4)


def test_info_max_gan():
    weights, of = read("mimicry_infomax")
    network = info_max_gan_discriminator(SHAPE, (WIDTH,) * 4, 6, activated=True)

    def of_sequence(layer):
        return lambda m: f"block_{m[1]}_{layer}"

    def final(layer):
        return lambda m: f"block_3_{layer}"

    rules = [
        *blocks(r"local_feat_blocks\.(\d)\.", of_sequence),
        *blocks(r"global_feat_blocks\.0\.", final),
        *spectral("linear", "logit"),
    ]
    for letter, ours in (("a", "hidden"), ("b", "projected"), ("sc", "skip")):
        rules += spectral(f"local_nrkhs_{letter}", f"local_{ours}", 1)
        rules += spectral(f"global_nrkhs_{letter}", f"global_{ours}")
    fill(network, part(weights, "d"), rules)
    found = network(last(of["in_images"]))
    assert_close(numpy(found["logits"]), of["out_logits"])
    assert_close(numpy(found["local"]), numpy(last(of["out_local"])))
    assert_close(numpy(found["global"]), of["out_global"])
    pooled = ops.convert_to_tensor(of["in_global"])
    outputs = {"local": last(of["in_local"]), "global": pooled}
    loss = InfoMax(weight=0.2).generator_loss(None, None, outputs, None)
    assert float(numpy(loss)) == pytest.approx(float(of["out_loss"]), rel=1e-4)
