"""R3GAN's pickles: what they become, and what is refused."""

import pickle

import numpy as np
import pytest
import torch
from conversion.published_files import module, named
from conversion.shapes import check_shapes, without_values
from keras import ops
from references.filling import assert_close, read, read_shapes
from undrawn import undrawn

from keras_gan_zoo.conversion import Files, convert, part
from keras_gan_zoo.conversion.sources.r3gan import (
    GENERATOR,
    UNUSED,
    R3GANCheckpoint,
    discriminator_rules,
    sizes_of,
    training,
)
from keras_gan_zoo.families import R3GAN


def write(path, weights, prefix="", folder="BaselineGAN__Networks"):
    """`folder`: the modules' names in older pickles, or in newer ones."""
    top = {"Generator": torch.nn.Module, "Discriminator": torch.nn.Module}
    classes = [type(name, (base,), {}) for name, base in top.items()]
    inner = type("GeneratorStage", (torch.nn.Module,), {})
    kernel = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype("float32") / 16
    content = {"training_set_kwargs": {"resolution": 8}, "augment_pipe": None}
    for key, cls, half in (("G", 0, 0.5), ("D", 1, 1), ("G_ema", 0, 1)):
        arrays = part(weights, f"{prefix}{key[0].lower()}")
        tensors = {f"Model.{name}": half * array for name, array in arrays.items()}
        last = "MainLayers.1.Layers.0" if key[0] == "G" else "MainLayers.0.Layers.2"
        tensors[f"Model.{last}.Resampler.Kernel"] = kernel
        dtype = {"Model.MainLayers.1.DataType": torch.bfloat16, "z_dim": 5}
        content[key] = module(tensors, classes[cls], inner, dtype)
    names = {"training__networks_baseline": classes, folder: [inner]}
    with named(**names), open(path, "wb") as file:
        pickle.dump(content, file)
    return path


@pytest.mark.parametrize("prefix", ["", "plain_"])
def test_equals_the_reference(prefix, tmp_path):
    weights, arrays = read("r3gan")
    gan = convert(write(tmp_path / "network-snapshot-final.pkl", weights, prefix))
    assert isinstance(gan, R3GAN)
    assert (gan.num_classes, gan.latent_dim) == (None if prefix else 3, 5)
    inputs = [arrays["in_latents"], arrays["in_images"].transpose(0, 2, 3, 1)]
    if not prefix:
        labels = arrays["in_labels"].astype("int32")
        inputs[0] = {"latents": inputs[0], "labels": labels}
        inputs[1] = {"images": inputs[1], "labels": labels}
    images = ops.convert_to_numpy(gan.ema_generator(inputs[0]))
    assert_close(images, arrays[f"out_{prefix}g"].transpose(0, 2, 3, 1))
    logits = ops.convert_to_numpy(gan.discriminator(inputs[1]))
    assert_close(logits, arrays[f"out_{prefix}d"][:, None])
    raw, average = (
        ops.convert_to_numpy(network.get_layer("basis").basis)
        for network in (gan.generator, gan.ema_generator)
    )
    assert_close(raw, 0.5 * average)


@pytest.mark.once
def test_what_does_not_fit(tmp_path):
    weights, _ = read("r3gan")
    name = "plain_g.MainLayers.1.Layers.1.NonLinearity1.Bias"

    def refused(message, **changed):
        path = write(tmp_path / "a.pkl", {**weights, **changed}, "plain_")
        with pytest.raises(ValueError, match=message):
            convert(path)

    refused("Only in the file: Model.Other", **{"plain_g.Other": np.zeros(1)})
    refused(r"NonLinearity1.Bias`, \(3,\)", **{name: np.zeros(3, "float32")})
    del weights[name]
    refused("Only in the network: stage_1_block_0_expand/bias")
    group = "plain_d.MainLayers.1.Layers.0.LinearLayer2.Layer.weight"
    refused("sizes of groups", **{group: np.zeros((64, 8, 3, 3), "float32")})


#: the weight of R1 at the start
GAMMAS = {
    "cifar10": 0.05,
    "ffhq64": 2.0,
    "ffhq256": 150.0,
    "imagenet32": 0.5,
    "imagenet64": 1.0,
}


@pytest.mark.once
@pytest.mark.parametrize("name", GAMMAS)
def test_published_configurations(name):
    weights = without_values(read_shapes("shapes_r3gan")[name])
    generator, discriminator = part(weights, "G_ema"), part(weights, "D")
    sizes = sizes_of(generator, discriminator)
    known = training(sizes)
    assert float(known["penalties"][0].weight(0)) == pytest.approx(GAMMAS[name])
    made = undrawn(lambda: R3GAN.networks(**sizes))
    check_shapes(made[0], generator, GENERATOR, UNUSED)
    end = "features" if sizes["num_classes"] else "logits"
    check_shapes(made[1], discriminator, discriminator_rules(end), UNUSED)


@pytest.mark.once
@pytest.mark.parametrize("folder", ["R3GAN__Networks", "BaselineGAN__Networks"])
def test_its_files(folder, tmp_path):
    weights, _ = read("r3gan")
    source = R3GANCheckpoint()
    assert source.matches(Files(write(tmp_path / "a.pkl", weights, folder=folder)))
    other = {"G_ema": {"Model.MainLayers.0.Basis": torch.ones(2)}}
    (tmp_path / "b.pkl").write_bytes(pickle.dumps(other))
    assert not source.matches(Files(tmp_path / "b.pkl"))
