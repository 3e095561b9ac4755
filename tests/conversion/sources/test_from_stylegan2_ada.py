"""StyleGAN2-ADA's pickles: what they become, and what is refused."""

import numpy as np
import pytest
from conversion.published_files import EasyDict, Persistent, module, save_persistent
from conversion.shapes import check_shapes, without_values
from keras import ops
from references.filling import assert_close, equalized, read, read_shapes
from undrawn import undrawn

from keras_gan_zoo.conversion import Files, convert, part
from keras_gan_zoo.conversion.sources.stylegan2_ada import (
    GENERATOR,
    UNUSED,
    StyleGAN2ADA,
    augmentation,
    check,
    discriminator_rules,
    guess,
    sizes_of,
)
from keras_gan_zoo.families import StyleGAN2

FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype("float32") / 64
CLAMPS = {"synthesis.b4.conv1.conv_clamp": 256, "mapping.fc0.activation": "lrelu"}
DEVIATION = {"b4.mbstd.group_size": 2, "b4.mbstd.num_channels": 1}


def write(path, weights, clamps=CLAMPS, deviation=DEVIATION, **more):
    average, judge = part(weights, "G"), part(weights, "D")
    average["synthesis.b8.conv0.resample_filter"] = FILTER
    raw = {name: 0.5 * array for name, array in average.items() if "filter" not in name}
    average_module = module(average, Persistent, Persistent, clamps)
    average_module._init_kwargs = EasyDict(z_dim=8, mapping_kwargs=EasyDict())
    save_persistent(
        path,
        training_set_kwargs=EasyDict(path="images.zip", resolution=32),
        G=module(raw, Persistent, Persistent),
        D=module(judge, Persistent, Persistent, deviation),
        G_ema=average_module,
        **more,
    )
    return path


@pytest.fixture(
    params=[pytest.param("stylegan2", marks=pytest.mark.once), "stylegan2_labels"],
    scope="module",
)
def case(request, tmp_path_factory):
    weights, arrays = read(request.param, equalized)
    path = write(tmp_path_factory.mktemp("pickles") / "network.pkl", weights)
    return path, weights, arrays


def numpy(x):
    return ops.convert_to_numpy(ops.stop_gradient(x))


def test_equals_the_reference(case):
    path, _, arrays = case
    gan = convert(path)
    assert isinstance(gan, StyleGAN2)
    assert gan.preset_origin.recipe["converted_from"]["republish"] is False
    z, labels = arrays["in_z"], arrays["in_labels"]
    given = {"latents": z, "labels": labels} if gan.num_classes else z
    images = gan.ema_generator.predict_on_batch(given)
    assert_close(images[:1], arrays["out_image"].transpose(0, 2, 3, 1))
    judged = {"images": images, "labels": labels} if gan.num_classes else images
    logits = gan.discriminator.predict_on_batch(judged)
    assert_close(logits, arrays["out_logits"])
    constants = [
        network.get_layer("synthesis").get_layer("constant").constant
        for network in (gan.generator, gan.ema_generator)
    ]
    assert_close(numpy(constants[0]), 0.5 * numpy(constants[1]))
    (penalty,) = gan.penalties
    assert penalty.weight == (0.01 if not gan.num_classes else 0.0002 * 32**2 / 32)
    assert gan.augmentation is None


@pytest.mark.once
def test_settings_of_the_pickle(case, tmp_path):
    path, weights, _ = case
    pipe = {"xflip": 1.0, "hue": 0.5, "noise": 0.0, "hue_max": 1.0}
    more = {"augment_pipe": module({"p": np.float32(0.3)}, Persistent, None, pipe)}
    clamps = {"synthesis.b4.conv1.conv_clamp": None}
    group = {"b4.mbstd.group_size": None}
    gan = convert(write(tmp_path / "a.pkl", weights, clamps, group, **more))
    assert (gan.clamp, gan.group_size) == (None, None)
    assert gan.augmentation.policy == {"xflip": 1.0, "hue": 0.5}
    chosen = convert(path, configuration="paper1024")
    assert (chosen.penalties[0].weight, chosen.mapping_layers) == (2.0, 2)


@pytest.mark.once
def test_what_does_not_fit(tmp_path):
    weights, _ = read("stylegan2", equalized)

    def refused(message, changed, *attributes):
        path = write(tmp_path / "b.pkl", changed, *attributes)
        with pytest.raises(ValueError, match=message):
            convert(path)

    refused("Only in the file: synthesis.new", {**weights, "G.synthesis.new": FILTER})
    for name, message in {
        "D.b4.fc.bias": "Only in the network: dense/dense/bias",
        "D.b4.conv.weight": "Only in the network: conv/conv/kernel",
        "G.synthesis.b4.conv1.affine.weight": r"no 'synthesis.b4.conv1.affine.weight'",
    }.items():
        refused(message, {n: array for n, array in weights.items() if n != name})
    narrow = {**weights, "D.b4.fc.bias": np.zeros(3, "float32")}
    refused(r"`b4.fc.bias`, \(3,\)", narrow)
    refused("must be True", weights, {"synthesis.b8.conv0.use_noise": False})
    refused("must be 1", weights, CLAMPS, {"b4.mbstd.num_channels": 2})
    with pytest.raises(ValueError, match=r"must be the filter \[1, 3, 3, 1\]"):
        check({"b8.skip.resample_filter": np.ones((4, 4))}, {})


#: case -> the configuration, residual blocks, layers of the mapping network
PUBLISHED = {
    "cifar10_conditional": ("cifar", 32),
    "cifar10": ("cifar", 32),
    "auto_64": ("auto", 4),
    "auto_512_conditional": ("auto", 4),
    "paper256": ("paper256", 8),
    "paper512": ("paper512", 8),
    "paper1024": ("paper1024", 4),
    "stylegan2_256": ("stylegan2", 4),
}


@pytest.mark.once
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_configurations(name):
    weights = without_values(read_shapes("shapes_stylegan2")[name])
    generator, discriminator = part(weights, "G_ema"), part(weights, "D")
    sizes = sizes_of(generator, discriminator, {})
    configuration, group = PUBLISHED[name]
    assert guess({**sizes, "group_size": group}) == configuration
    made = undrawn(lambda: StyleGAN2.networks(**sizes))
    resolution, classes = sizes["image_shape"][0], sizes["num_classes"]
    check_shapes(made[0], generator, GENERATOR, UNUSED)
    rules = discriminator_rules(resolution, classes)
    check_shapes(made[1], discriminator, rules, UNUSED)


@pytest.mark.once
def test_other_files_are_not_its(tmp_path):
    other = {"G_ema": module({"synthesis.input.freqs": FILTER}, Persistent)}
    save_persistent(tmp_path / "stylegan3.pkl", **other)
    assert not StyleGAN2ADA().matches(Files(tmp_path))
    (tmp_path / "netG_1_steps.pth").write_bytes(b"x")
    assert not StyleGAN2ADA().matches(Files(tmp_path / "netG_1_steps.pth"))
    assert augmentation({}) is None
