"""Whose layout a folder has, with whatever else lies in it."""

import argparse

import pytest
import torch
from conversion.published_files import tensors
from conversion.sources.test_from_r3gan import write
from references.filling import read

from keras_gan_zoo import DCGAN
from keras_gan_zoo.conversion import Files, convert, identify

pytestmark = pytest.mark.once
GENERATOR = "pytorch_model.bin"


@pytest.fixture(scope="module")
def weights():
    found = read("huggan_dcgan")[0]
    return tensors(found)


@pytest.fixture
def folder(weights, tmp_path):
    """A generator of huggan's DCGAN, in a cache as those of the Hub are."""
    folder = tmp_path / ".cache" / "huggingface" / "hub"
    folder.mkdir(parents=True)
    torch.save(weights, folder / GENERATOR)
    return folder


def optimizer(path):
    network = torch.nn.Linear(3, 2)
    made = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 3)).sum().backward()
    made.step()
    torch.save(made.state_dict(), path)


#: files that trainers leave beside weights
OTHERS = {
    "training_args.bin": lambda path: torch.save(argparse.Namespace(lr=1), path),
    "optimizer.pt": optimizer,
    "scheduler.pt": lambda path: path.write_bytes(b""),
    "rng_state.pth": lambda path: torch.save({"cpu": [1, 2]}, path),
    "notes.pkl": lambda path: path.write_bytes(b"<html>"),
    "all_other.pth": lambda path: torch.save({"w": torch.ones(2)}, path),
    "other/pytorch_model.bin": lambda path: torch.save({"w": torch.ones(2)}, path),
}


def test_a_cache_above_the_folder(folder):
    assert Files(folder).names == (GENERATOR,)
    inside = folder / "sub" / ".cache"
    inside.mkdir(parents=True)
    (inside / "part.bin").write_bytes(b"")
    assert Files(folder).names == (GENERATOR,)
    assert type(convert(folder)) is DCGAN


@pytest.mark.parametrize("other", [*OTHERS, "all"])
def test_files_beside_the_weights(other, folder):
    for name in OTHERS if other == "all" else [other]:
        (folder / name).parent.mkdir(exist_ok=True)
        OTHERS[name](folder / name)
    gan = convert(folder)
    assert type(gan) is DCGAN
    assert list(gan.preset_origin.recipe["converted_from"]["files"]) == [GENERATOR]


def test_a_broken_file_alone(folder):
    (folder / GENERATOR).write_bytes(b"<html>Log in</html>")
    with pytest.raises(ValueError, match=r"weights file must be .*pytorch_model.bin"):
        convert(folder)


def test_a_broken_file_beside_others(folder):
    (folder / GENERATOR).write_bytes(b"<html>Log in</html>")
    optimizer(folder / "optimizer.pt")
    message = r"must be of one of.* No weights are in: pytorch_model.bin \(.*<html>"
    with pytest.raises(ValueError, match=message):
        convert(folder)


def test_what_is_a_preset_already(tiny_gan, tmp_path):
    tiny_gan().save_to_preset(tmp_path / "preset")
    with pytest.raises(ValueError, match=r"It is a preset.*GAN.from_preset"):
        identify(Files(tmp_path / "preset"))


def test_pickles_beside_one(tmp_path):
    write(tmp_path / "network-snapshot-final.pkl", read("r3gan")[0])
    (tmp_path / "stats.pkl").write_bytes(b"\x80\x02}.")
    assert identify(Files(tmp_path)).title == "R3GAN"
