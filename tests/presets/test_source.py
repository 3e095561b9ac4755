"""What a preset is called."""

import shutil
from pathlib import Path

import pytest

import keras_gan_zoo as kgz


@pytest.mark.parametrize("name", ["nowhere", "./nowhere", "kaggle://a/b/keras/c"])
def test_unknown_preset_lists_the_choices(name):
    with pytest.raises(ValueError, match=r"(?s)1\) a built-in.*2\).*3\).*Received"):
        kgz.GAN.from_preset(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("dcgan-mnist", "dcgan_mnist"), ("DCGAN_MNIST", "dcgan_mnist"), ("wgan", None)],
)
def test_unknown_preset_names_those_that_there_are(name, meant):
    with pytest.raises(ValueError, match="Unknown preset") as caught:
        kgz.GAN.from_preset(name)
    assert (f"Did you mean {meant!r}?" in str(caught.value)) == (meant is not None)
    for known in kgz.list_presets():
        assert repr(known) in str(caught.value)


def test_list_presets():
    found = kgz.list_presets()
    assert found == sorted(kgz.GAN.presets)
    assert "dcgan_mnist" in found


def test_preset_must_be_a_name():
    with pytest.raises(ValueError, match="must be a string"):
        kgz.GAN.from_preset(3)


def test_revision_is_for_the_hub(saved):
    with pytest.raises(ValueError, match="`revision` is for a Hub handle"):
        kgz.GAN.from_preset(str(saved / "gan"), revision="v1")


def test_a_folder_by_its_address(saved, tmp_path):
    folder = shutil.copytree(saved / "gan", tmp_path / "a gan")
    for address in (folder.as_uri(), folder.as_uri().replace("//", "//localhost")):
        gan = kgz.GAN.from_preset(address)
        assert gan.preset_source == str(folder)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file://my_gan", "whole path"),
        ("file:///nowhere/at/all", "Unknown preset identifier"),
        ("kaggle://me/gan/keras/one", "from kaggle://: download it first"),
        ("https://example.com/gan", "from https://: download it first"),
    ],
)
def test_other_addresses(address, says):
    with pytest.raises(ValueError, match=says):
        kgz.GAN.from_preset(address)


def test_near_names():
    with pytest.raises(ValueError, match="Did you mean 'dcgan_mnist'"):
        kgz.GAN.from_preset("dcgan_mnits")


@pytest.fixture
def namesake(saved, tmp_path, monkeypatch):
    """A folder with the name of an entry of the zoo."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(saved / "gan", "dcgan_mnist")
    return "dcgan_mnist"


def test_a_bare_name_is_the_entry_and_a_warning_names_the_folder(namesake):
    with pytest.warns(UserWarning, match=r"not the folder.*\./dcgan_mnist") as said:
        gan = kgz.GAN.from_preset(namesake)
    assert type(gan) is kgz.DCGAN
    assert said[0].filename == __file__


@pytest.mark.parametrize("kind", ["./{}".format, Path])
def test_a_path_is_no_entry(namesake, kind):
    gan = kgz.GAN.from_preset(kind(namesake))
    assert type(gan) is kgz.GAN
    assert gan.preset_source == "./dcgan_mnist"


def test_a_path_of_an_entry_without_a_folder_is_the_entry():
    assert type(kgz.GAN.from_preset(Path("dcgan_mnist"))) is kgz.DCGAN


def test_a_keras_file_is_loaded_by_keras(gans, tmp_path):
    path = tmp_path / "m.keras"
    gans["gan"].save(path)
    with pytest.raises(ValueError, match=r"keras\.saving\.load_model\('.*m\.keras'\)"):
        kgz.GAN.from_preset(path)
    (tmp_path / "m.pth").write_bytes(b"theirs")
    with pytest.raises(ValueError, match="keras-gan-zoo convert"):
        kgz.GAN.from_preset(tmp_path / "m.pth")


def test_an_unset_variable_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for function in (
        kgz.GAN.from_preset,
        kgz.cards.write_card,
        kgz.cards.refresh_card,
        lambda path: kgz.upload_preset("hf://me/gan", path),
    ):
        with pytest.raises(ValueError, match=r"must not be empty.*Received: ''"):
            function("")
    assert list(tmp_path.iterdir()) == []


def test_a_tilde_is_the_home_folder(gans, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(tmp_path)
    assert gans["gan"].save_to_preset("~/x") == home / "x"
    assert kgz.GAN.from_preset("~/x").preset_source == str(home / "x")
    assert kgz.GAN.from_preset(Path("~/x")).preset_source == str(home / "x")
    assert kgz.cards.write_card("~/x") == home / "x" / "README.md"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
