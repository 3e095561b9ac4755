"""Huggan's Lightweight GAN: files as its code saves them, what its networks make."""

import numpy as np
import pytest
import torch
from references.filling import assert_close, part, read

from keras_gan_zoo import LightweightGAN
from keras_gan_zoo.conversion.convert import convert
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.sources.lightweight_gan import HugganLightweightGAN

PIXELS, CHANNELS, STEP = {"large": 512, "small": 64}, {"large": 3, "small": 1}, 8


def published(name):
    """A state dict of the fixture's shapes, the discriminator in it twice."""
    weights, arrays = read("lightweight_gan")
    state = {key: torch.from_numpy(x) for key, x in part(weights, name).items()}
    for key in list(state):
        if key.startswith("D."):
            state[f"D_aug.{key}"] = state[key]
        if key.endswith("running_var"):
            stem = key.removesuffix("running_var")
            state[f"{stem}num_batches_tracked"] = torch.tensor(7)
    return state, arrays


def images(name):
    """What `make_lightweight_gan.py` shows the discriminator, for ours."""
    shape = (2, CHANNELS[name], PIXELS[name], PIXELS[name])
    drawn = np.random.RandomState(1).uniform(0, 1, shape).astype("float32")
    return 2 * drawn.transpose(0, 2, 3, 1) - 1


@pytest.fixture(
    params=[pytest.param("large", marks=pytest.mark.once), "small"], scope="module"
)
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    state, arrays = published(request.param)
    inner = {"GAN": state} if request.param == "large" else state
    name = {"large": "model.pt", "small": "pytorch_model.bin"}[request.param]
    torch.save(inner, folder / name)
    (folder / "config.json").write_text('{"latent_dim": 6, "image_size": 512}')
    start = f"out_{request.param}_"
    outputs = {k.removeprefix(start): x for k, x in arrays.items() if start in k}
    return request.param, convert(folder), arrays["in_latents"], outputs


def test_generators_before_clipping(case):
    name, gan, latents, expected = case
    step = 32 if name == "large" else STEP
    for network, theirs in ((gan.generator, "G"), (gan.ema_generator, "GE")):
        found = (network.predict(latents, verbose=0)[:, ::step, ::step] + 1) / 2
        assert_close(found, expected[theirs].transpose(0, 2, 3, 1))


def test_discriminator_and_decoders(case):
    name, gan, _, expected = case
    found = gan.discriminator.predict(images(name), verbose=0)
    large, small = np.split(-found["logits"][:, :, 0, 0], 2, axis=1)
    assert_close(large, expected["logits"])
    assert_close(small[:, :1], expected["small_logits"][:, :, 0, 0])
    assert np.ptp(small, axis=1).max() == 0
    term = gan.auxiliaries[0]
    whole = term.whole.predict(found["features"], verbose=0)[:, ::STEP, ::STEP]
    assert_close(whole, expected["whole"].transpose(0, 2, 3, 1))
    assert term.parts == (name == "large")
    if term.parts:
        quarter = found["middle_features"][:, 8:, :8]
        made = term.part.predict(quarter, verbose=0)[:, ::STEP, ::STEP]
        assert_close(made, expected["part"].transpose(0, 2, 3, 1))


@pytest.mark.once
def test_sizes_are_those_of_the_tensors(case):
    name, gan, _, _ = case
    assert isinstance(gan, LightweightGAN)
    assert gan.image_shape == (PIXELS[name], PIXELS[name], CHANNELS[name])
    assert (gan.latent_dim, gan.patches) == (6, name == "small")
    assert gan.attention == ((32,) if name == "large" else ())


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"GAN.G.layers.0.0.1.f": (3,)}, "layers.0.0.1.f"),  # antialiasing
        ({"GAN.D.to_logits.2.bias": None}, "large_logits/bias"),
        ({"GAN.G.out_conv.bias": (2,)}, "out_conv.bias"),
        ({"GAN.Q.weight": (2,)}, "Q.weight"),
    ],
)
def test_other_weights(tmp_path, change, said):
    state, _ = published("small")
    state = {f"GAN.{key}": tensor for key, tensor in state.items()}
    for key, shape in change.items():
        state.pop(key, None)
        if shape is not None:
            state[key] = torch.zeros(shape)
    inner = {key.removeprefix("GAN."): tensor for key, tensor in state.items()}
    torch.save({"GAN": inner}, tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"Only in the|In the network") as caught:
        convert(tmp_path)
    assert said in str(caught.value)


@pytest.mark.once
def test_which_of_two_files(tmp_path):
    state, _ = published("small")
    for name in ("a.pt", "b.pt"):
        torch.save(state, tmp_path / name)
    assert not HugganLightweightGAN().matches(Files(tmp_path))
    torch.save(state, tmp_path / "model.pt")
    assert HugganLightweightGAN().matches(Files(tmp_path))


@pytest.mark.once
def test_it_is_nothing_else(tmp_path):
    torch.save({"G.out_conv.weight": torch.zeros(1)}, tmp_path / "model.pt")
    (tmp_path / "README.md").write_text("x")
    assert not HugganLightweightGAN().matches(Files(tmp_path))
