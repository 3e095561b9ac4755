"""pytorch_GAN_zoo's checkpoints: what they become, and what is refused."""

import numpy as np
import pytest
import torch
from conversion.published_files import named, save_legacy, tensors
from conversion.shapes import check_shapes, without_values
from keras import ops
from references.filling import assert_close, equalized, read, read_shapes, weight
from undrawn import undrawn

from keras_gan_zoo.conversion import Files, convert, part
from keras_gan_zoo.conversion.sources import pytorch_gan_zoo
from keras_gan_zoo.families import DCGAN, ProgressiveGAN

CONFIG = {"alpha": 0, "leakyReluLeak": 0.2, "lossCriterion": "WGANGP"}


def write(path, weights, **config):
    average = part(weights, "netG")
    raw = {n: a if n.endswith("running_var") else 0.5 * a for n, a in average.items()}
    settings = type("BaseConfig", (), {})
    content = {
        "config": settings(),
        "netG": tensors(raw),
        "netD": tensors(part(weights, "netD")),
        "avgG": tensors(average),
    }
    content["config"].__dict__.update({**CONFIG, **config})
    for name in [n for n in content["netD"] if n.endswith("running_var")]:
        counter = name.replace("running_var", "num_batches_tracked")
        content["netD"][counter] = torch.tensor(7)
    with named(models__utils__config=[settings]):
        save_legacy(path, content)
    return path


@pytest.mark.parametrize(
    ("name", "one", "family", "loss"),
    [
        ("progressive", equalized, ProgressiveGAN, "WGANGP"),
        ("facebook_dcgan", weight, DCGAN, "DCGAN"),
    ],
)
def test_equals_the_reference(name, one, family, loss, tmp_path):
    weights, arrays = read(name, one)
    gan = convert(write(tmp_path / "a.pth", weights, lossCriterion=loss))
    assert isinstance(gan, family)
    images = ops.convert_to_numpy(gan.ema_generator(arrays["in_z"], training=False))
    expected = arrays["out_images"].transpose(0, 2, 3, 1)
    assert_close(images[: len(expected)], expected)
    logits = ops.convert_to_numpy(gan.discriminator(images, training=False))
    assert_close(logits, arrays["out_logits"])
    raw, average = (
        ops.convert_to_numpy(network.get_layer("project").weights[0])
        for network in (gan.generator, gan.ema_generator)
    )
    assert_close(raw, 0.5 * average)


@pytest.mark.once
def test_what_does_not_fit(tmp_path):
    weights, _ = read("progressive", equalized)
    bias = "netD.groupScaleZero.1.module.bias"

    def refused(message, changed=None, **config):
        path = write(tmp_path / "b.pth", {**weights, **(changed or {})}, **config)
        with pytest.raises(ValueError, match=message):
            convert(path)

    zeros = np.zeros(3, "float32")
    refused("`config.alpha` must be 0", alpha=0.5)
    refused(r"`groupScaleZero.1.module.bias`, \(3,\)", {bias: zeros})
    refused("Only in the file: other.weight", {"netD.other.weight": zeros})
    del weights[bias]
    refused("Only in the network: dense/dense/bias")


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "size", "latents"),
    [
        ("celebaCropped", 128, 512),
        ("celebaHQ_256", 256, 512),
        ("celebaHQ_512", 512, 512),
        ("dcgan_64", 64, 120),
        ("dcgan_128", 128, 120),
    ],
)
def test_published_sizes(name, size, latents):
    weights = without_values(read_shapes("shapes_pytorch_gan_zoo")[name])
    players = part(weights, "netG"), part(weights, "netD")
    if name.startswith("dcgan"):
        sizes = pytorch_gan_zoo.plain_sizes(*players)
        made = undrawn(lambda: pytorch_gan_zoo.plain_networks(**sizes))
        rules = pytorch_gan_zoo.plain_rules(len(sizes["generator_widths"]) - 1)
        unused = pytorch_gan_zoo.UNUSED
        players = [pytorch_gan_zoo.with_biases(player) for player in players]
    else:
        sizes = pytorch_gan_zoo.progressive_sizes(*players)
        made = undrawn(lambda: ProgressiveGAN.networks(**sizes))
        last = len(sizes["generator_widths"]) - 1
        *rules, unused = pytorch_gan_zoo.progressive_rules(last)
    assert (sizes["image_shape"], sizes["latent_dim"]) == ((size, size, 3), latents)
    for network, player, of in zip(made, players, rules, strict=True):
        check_shapes(network, player, of, unused)


@pytest.mark.once
def test_its_files(tmp_path):
    source = pytorch_gan_zoo.PyTorchGANZoo()
    weights, _ = read("progressive", equalized)
    assert source.matches(Files(write(tmp_path / "a.pth", weights)))
    save_legacy(tmp_path / "b.pth", {"netG": tensors({"conv.weight": np.zeros(2)})})
    assert not source.matches(Files(tmp_path / "b.pth"))
    assert source.matches(Files(tmp_path))  # whatever lies beside the one that fits
    write(tmp_path / "c.pth", weights)
    assert not source.matches(Files(tmp_path))
