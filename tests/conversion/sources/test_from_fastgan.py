"""FastGAN's files, as its training saves them, and huggan's of the generator alone."""

import re

import numpy as np
import pytest
import torch
from references.filling import assert_close, part, read, weight

from keras_gan_zoo import FastGAN
from keras_gan_zoo.conversion.convert import convert
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.sources.fastgan import (
    BUFFERS,
    FastGANPytorch,
    with_noise,
)
from keras_gan_zoo.conversion.sources.huggan_fastgan import HugganFastGAN
from keras_gan_zoo.layers import NoiseInjection

pytestmark = pytest.mark.once  # references/test_fastgan.py has each backend
STEP = 16  # the fixtures have every 16th pixel of 256


def published(name="fastgan"):
    """The fixture's tensors as the file has them, and its noise, which it has not."""
    weights, arrays = read(name)
    noise = {key: x for key, x in weights.items() if key.endswith(".noise")}
    state = {k: torch.from_numpy(x) for k, x in weights.items() if k not in noise}
    for key in list(state):
        if key.endswith("running_var"):
            stem = key.removesuffix("running_var")
            state[f"{stem}num_batches_tracked"] = torch.tensor(7)
    return state, noise, arrays


def save(path, prefix="", average=True, **change):
    """Write `all_<step>.pth`; the averages are the fixture's, the generator's others.

    In a training with several GPUs names have a prefix.
    """
    state, noise, arrays = published()
    live, judge = part(state, "g"), part(state, "d")
    content = {"g": live, "d": judge}
    if average:
        kept = [name for name in live if not re.fullmatch(BUFFERS, name)]
        content["g_ema"] = [live[name] for name in kept]
        other = {name: weight(f"live.{name}", tuple(live[name].shape)) for name in kept}
        content["g"] = live | {name: torch.from_numpy(x) for name, x in other.items()}
        optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(2))])
        content |= {"opt_g": optimizer.state_dict(), "opt_d": optimizer.state_dict()}
    for key in ("g", "d"):
        content[key] = {prefix + name: x for name, x in content[key].items()}
    torch.save({**content, **change}, path)
    return noise, arrays, content


def put_noise(network, noise):
    """The noise that the fixture was made with, in the order of the maps' sizes."""
    layers = [x for x in network.layers if isinstance(x, NoiseInjection)]
    for layer, key in zip(layers, sorted(noise, key=order), strict=True):
        layer.noise.assign(noise[key][..., None])


def order(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def images():
    """What `make_fastgan.py` shows the discriminator, channels last."""
    drawn = np.random.RandomState(1).uniform(-1, 1, (2, 3, 256, 256))
    return drawn.astype("float32").transpose(0, 2, 3, 1)


@pytest.mark.parametrize(("prefix", "average"), [("", True), ("module.", False)])
def test_networks(tmp_path, prefix, average):
    noise, arrays, content = save(tmp_path / "all_50000.pth", prefix, average)
    gan = convert(tmp_path)
    assert isinstance(gan, FastGAN)
    assert (gan.image_shape, gan.latent_dim) == ((256, 256, 3), 5)
    network = gan.ema_generator
    put_noise(network, noise)
    found = network.predict(arrays["in_latents"], verbose=0)[:, ::STEP, ::STEP]
    assert_close(found, arrays["out_images"].transpose(0, 2, 3, 1))
    live = content["g"][f"{prefix}to_big.weight_orig"].numpy().transpose(2, 3, 1, 0)
    kernel = gan.generator.get_layer("to_image").layer.kernel
    np.testing.assert_array_equal(np.array(kernel.numpy()), live)

    if average:
        found = gan.discriminator.predict(images(), verbose=0)
        expected = arrays["out_logits"].reshape(2, 2, 25)
        assert_close(found["logits"].reshape(2, 2, 25), expected.swapaxes(0, 1))
        whole = gan.auxiliaries[0].whole.predict(found["features"], verbose=0)
        image = whole[:, ::STEP, ::STEP]
        assert_close(image, arrays["out_whole"].transpose(0, 2, 3, 1))


def test_noise_is_the_same_each_time():
    weights = {"feat_8.2.weight": np.ones(1), "feat_16.2.weight": np.ones(4)}
    one, other = (with_noise(weights, r"(feat_(\d+)\.2)\.weight") for _ in range(2))
    assert set(one) == {*weights, "feat_8.2.noise"}  # the other is of batch norm
    np.testing.assert_array_equal(one["feat_8.2.noise"], other["feat_8.2.noise"])
    assert 0.5 < one["feat_8.2.noise"].std() < 1.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"g_ema": [torch.zeros(2)]}, "1 tensors for"),
        ({"extra": {"weight": torch.zeros(1)}}, "extra.weight"),
        ({"d": None}, "to_big.bias"),
    ],
)
def test_other_weights(tmp_path, change, said):
    if "d" in change:  # a tensor more
        _, _, content = save(tmp_path / "all_1.pth")
        change = {"g": content["g"] | {"to_big.bias": torch.zeros(3)}, "g_ema": []}
    save(tmp_path / "all_1.pth", **change)
    with pytest.raises(ValueError, match=r"Received|Only in the") as caught:
        convert(tmp_path)
    assert said in str(caught.value)


def renamed(name):
    """A name of huggan's code for one of the generator's."""
    name = re.sub(r"^init\.init\.", "_init._layers.", name)
    name = re.sub(r"^feat_(\d+)\.", r"_upsample_\1._layers.", name)
    name = re.sub(r"^se_(\d+)\.main\.", r"_sle_\1._layers.", name)
    name = re.sub(r"^to_big\.", "_out_1024.0.", name)
    name = re.sub(r"^to_128\.", "_out_128.0.", name)
    name = re.sub(r"(\.weight_(orig|u|v))$", r"._conv\1", name)
    return re.sub(
        r"(_upsample_(?:8|32|128|512)\._layers\.[26])\.weight$", r"\1._weight", name
    )


def save_huggan(folder, inner="._conv", **change):
    state, noise, arrays = published("fastgan_1024")
    content = {renamed(k): x for k, x in part(state, "g").items()}
    content = {k.replace("._conv", inner): x for k, x in content.items()}
    torch.save({**content, **change}, folder / "pytorch_model.bin")
    (folder / "config.json").write_text("{}")
    return noise, arrays


def test_huggan(tmp_path):
    noise, arrays = save_huggan(tmp_path)
    gan = convert(tmp_path)
    assert gan.image_shape == (1024, 1024, 3)
    assert gan.discriminator is None
    put_noise(gan.ema_generator, noise)
    found = gan.ema_generator.predict(arrays["in_latents"], verbose=0)[:, ::64, ::64]
    assert_close(found, arrays["out_images"].transpose(0, 2, 3, 1))


def test_huggan_without_wrapped_convolutions(tmp_path):
    save_huggan(tmp_path, inner="")
    assert convert(tmp_path).latent_dim == 5


def test_other_weights_of_huggan(tmp_path):
    save_huggan(tmp_path, **{"_out_1024.0.bias": torch.zeros(3)})
    with pytest.raises(ValueError, match=r"Only in the file: _out_1024\.0\.bias"):
        convert(tmp_path)


def test_they_are_nothing_else(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "huggan").mkdir()
    save(tmp_path / "theirs" / "all_1.pth")
    save_huggan(tmp_path / "huggan")
    sources = {"theirs": FastGANPytorch(), "huggan": HugganFastGAN()}
    for folder in sources:
        for name, source in sources.items():
            assert source.matches(Files(tmp_path / folder)) == (name == folder)
