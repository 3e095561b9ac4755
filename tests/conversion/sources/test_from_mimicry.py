"""mimicry's checkpoints: what they become, and what is refused."""

import numpy as np
import pytest
import torch
from conversion.published_files import save_legacy, tensors
from conversion.shapes import check_shapes, without_values
from keras import ops
from references.filling import assert_close, read, read_shapes
from undrawn import undrawn

from keras_gan_zoo import families
from keras_gan_zoo.conversion import Files, convert, part
from keras_gan_zoo.conversion.sources import mimicry


def write(path, weights, step=100):
    state = tensors(weights)
    state |= {
        name.replace("running_var", "num_batches_tracked"): torch.tensor(7)
        for name in weights
        if name.endswith("running_var")
    }
    content = {
        "model_state_dict": state,
        "optimizer_state_dict": {"state": {}, "param_groups": [{"lr": 2e-4}]},
        "global_step": step,
    }
    save_legacy(path, content)
    return path


def write_both(folder, name):
    weights, arrays = read(f"mimicry_{name}")
    made = part(weights, "g") or part(read("mimicry_sngan")[0], "g")
    write(folder / "netG_100_steps.pth", made)
    write(folder / "netD_100_steps.pth", part(weights, "d"))
    return arrays


def last(images):
    return np.ascontiguousarray(images.astype("float32").transpose(0, 2, 3, 1))


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("sngan", families.SNGAN),
        ("cgan_pd", families.ProjectionGAN),
        ("ssgan", families.SSGAN),
        ("infomax", families.InfoMaxGAN),
        ("wgan_gp", families.WGANGP),
    ],
)
def test_equals_the_reference(name, family, tmp_path):
    arrays = write_both(tmp_path, name)
    gan = convert(tmp_path)
    assert type(gan) is family
    labels = {"labels": arrays["in_labels"]} if "in_labels" in arrays else {}
    if "out_images" in arrays:
        given = {"latents": arrays["in_z"], **labels} if labels else arrays["in_z"]
        images = ops.convert_to_numpy(gan.ema_generator(given))
        assert_close(images, last(arrays["out_images"]))
    images = last(arrays.get("out_images", arrays.get("in_images")))
    found = gan.discriminator({"images": images, **labels} if labels else images)
    found = found if isinstance(found, dict) else {"logits": found}
    for output, tensor in found.items():
        expected = arrays[f"out_{output}"]
        expected = last(expected) if expected.ndim == 4 else expected
        assert_close(ops.convert_to_numpy(tensor), expected)


def test_a_generator_alone_and_its_newest_step(tmp_path):
    weights, arrays = read("mimicry_sngan")
    generator = part(weights, "g")
    older = {name: 2 * array for name, array in generator.items()}
    for step, state in ((90, older), (100, generator)):
        write(tmp_path / f"netG_{step}_steps.pth", state, step)
    gan = convert(tmp_path)
    assert gan.discriminator is None
    found = ops.convert_to_numpy(gan.generator(arrays["in_z"]))
    assert_close(found, last(arrays["out_images"]))
    alone = convert(write(tmp_path / "any.pth", generator), family="ssgan")
    assert type(alone) is families.SSGAN


@pytest.mark.once
def test_what_does_not_fit(tmp_path):
    weights, _ = read("mimicry_sngan")
    folder = tmp_path

    def refused(message, player, **changed):
        write(folder / "netG_1_steps.pth", part(weights, "g"))
        write(folder / "netD_1_steps.pth", part(weights, "d"))
        name = f"net{player.upper()}_1_steps.pth"
        kept = {n: w for n, w in part(weights, player).items() if n not in changed}
        kept |= {n: w for n, w in changed.items() if w is not None}
        write(folder / name, kept)
        with pytest.raises(ValueError, match=message):
            convert(folder)

    zeros = np.zeros(3, "float32")
    refused("Only in the file: block7.b1.odd", "g", **{"block7.b1.odd": zeros})
    refused(r"`b5.weight`, \(3,\)", "g", **{"b5.weight": zeros})
    refused("Only in the network: logit/logit/bias", "d", **{"l5.bias": None})
    refused("no 'block2.c1.weight'", "g", **{"block2.c1.weight": None})


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(read_shapes("shapes_mimicry")))
def test_published_sizes(name):
    found = read_shapes("shapes_mimicry")[name]
    weights = without_values(found)
    generator = mimicry.halves(part(weights, "netG"))
    ones = {n: np.ones(s, "float32") for n, s in found.items() if n.endswith("sn_u")}
    judge = part({**weights, **ones}, "netD")
    judge = mimicry.own_power_step(mimicry.as_sngan(judge))
    sizes = mimicry.generator_sizes(generator)
    family, size = name.rsplit("_", 1)
    kind = {"cgan_pd": "projection_gan", "infomax_gan": "info_max_gan"}
    assert mimicry.guess(judge, sizes) == kind.get(family, family)
    assert sizes["image_shape"] == (int(size), int(size), 3)
    made = undrawn(
        lambda: (mimicry.resnet(**sizes), mimicry.discriminator(judge, sizes))
    )
    bottom = 6 if size == "48" else 4
    rules = mimicry.generator_rules(bottom, family == "cgan_pd")
    check_shapes(made[0], generator, rules, mimicry.UNUSED)
    check_shapes(made[1], judge, mimicry.discriminator_rules(judge), mimicry.UNUSED)


@pytest.mark.once
def test_its_files(tmp_path):
    source = mimicry.Mimicry()
    write_both(tmp_path, "sngan")
    assert source.matches(Files(tmp_path))
    assert not source.matches(Files(tmp_path / "netD_100_steps.pth"))
    save_legacy(tmp_path / "G.pth", {"state_dict": tensors({"l1.weight": np.ones(2)})})
    assert not source.matches(Files(tmp_path / "G.pth"))
