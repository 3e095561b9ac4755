"""Huggan's DCGAN: its generator's file, and what it makes."""

import pytest
import torch
from references.filling import assert_close, read

from keras_gan_zoo import DCGAN
from keras_gan_zoo.conversion.convert import convert
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.sources.huggan_dcgan import HugganDCGAN

STEP = 4  # the fixture has every 4th pixel


def save(folder, **change):
    weights, arrays = read("huggan_dcgan")
    state = {name: torch.from_numpy(array) for name, array in weights.items()}
    for i in (1, 4, 7, 10):
        state[f"model.{i}.num_batches_tracked"] = torch.tensor(3)
    for name, shape in change.items():
        state.pop(name, None)
        if shape is not None:
            state[name] = torch.zeros(shape)
    torch.save(state, folder / "pytorch_model.bin")
    (folder / "README.md").write_text("A card.")
    return arrays


def test_images(tmp_path):
    arrays = save(tmp_path)
    gan = convert(tmp_path)
    assert isinstance(gan, DCGAN)
    assert (gan.image_shape, gan.latent_dim) == ((64, 64, 3), 5)
    assert gan.discriminator is None
    assert gan.latent_distribution == "normal"
    found = gan.ema_generator.predict(arrays["in_latents"], verbose=0)
    assert_close(found[:, ::STEP, ::STEP], arrays["out_images"].transpose(0, 2, 3, 1))
    assert gan.generate(1, seed=0).shape == (1, 64, 64, 3)


@pytest.mark.once
def test_the_folder_that_one_is_in_has_a_name(tmp_path, monkeypatch):
    save(tmp_path)
    monkeypatch.chdir(tmp_path)
    recipe = convert(".").preset_origin.recipe
    assert recipe["converted_from"]["name"] == tmp_path.name


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model.12.bias": (3,)}, "model.12.bias"),
        ({"model.7.bias": None}, "norm_2/beta"),
        ({"model.10.weight": (3,)}, "model.10.weight"),
    ],
)
def test_other_weights(tmp_path, change, said):
    save(tmp_path, **change)
    with pytest.raises(ValueError, match=r"Only in the|In the network") as caught:
        convert(tmp_path)
    assert said in str(caught.value)


@pytest.mark.once
@pytest.mark.parametrize(
    "state",
    [{"model.0.weight": (2, 3)}, {"model.0.weight": (1, 1, 4, 4), "other": (1,)}],
)
def test_it_is_nothing_else(tmp_path, state):
    tensors = {name: torch.zeros(shape) for name, shape in state.items()}
    torch.save(tensors, tmp_path / "pytorch_model.bin")
    assert not HugganDCGAN().matches(Files(tmp_path))
