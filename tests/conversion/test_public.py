"""Public checkpoints by name: pulled from hosts on loopback, converted, cached."""

import errno
import functools
import hashlib
import importlib
import io
import json
import pathlib

import keras
import numpy as np
import pytest
import torch
from conversion.host import Host
from references.filling import draw, read

from keras_gan_zoo import GAN, BigGANDeep
from keras_gan_zoo.cards import write_card
from keras_gan_zoo.conversion import convert, known_sources, public, pull
from keras_gan_zoo.files import sha256
from keras_gan_zoo.presets import upload_preset
from keras_gan_zoo.scoring import Extractor
from keras_gan_zoo.zoo import public_scores

WEIGHTS, CONFIG = "biggan-deep-64-pytorch_model.bin", "biggan-deep-64-config.json"


def published_files():
    """As pytorch-pretrained-BigGAN has them, of two blocks with few channels."""
    kept = ("embeddings", "generator.gen_z", "generator.layers.0", "generator.layers.1")
    shapes = {
        name: array.shape
        for name, array in read("biggan_deep")[0].items()
        if name.rpartition(".")[0].startswith(kept)
    }
    width = 32  # of the second block
    shapes |= {f"generator.bn.running_{x}": (51, width) for x in ("means", "vars")}
    shapes |= {f"generator.bn.{name}": (width,) for name in ("weight", "bias")}
    last = {"weight_orig": (width, width, 3, 3), "bias": (width,), "weight_u": (width,)}
    last |= {"weight_v": (9 * width,)}
    shapes |= {f"generator.conv_to_rgb.{name}": shape for name, shape in last.items()}
    tensors = {name: torch.tensor(array) for name, array in draw(shapes).items()}
    weights = io.BytesIO()
    torch.save(tensors, weights, _use_new_zipfile_serialization=False)
    config = {"num_classes": 4, "class_embed_dim": 6, "eps": 1e-4}
    return {WEIGHTS: weights.getvalue(), CONFIG: json.dumps(config).encode()}


@pytest.fixture(scope="module")
def contents():
    return published_files()


@pytest.fixture
def host(contents, tmp_path, monkeypatch):
    """A host with one checkpoint, "tiny_biggan", and an empty cache."""
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / ".cache/zoo"))
    with Host(contents) as host:
        row = {
            "source": "biggan_deep",
            "url": host.url,
            "files": {WEIGHTS: {}, CONFIG: {}},
            "scores": {"fid": 1.5, "protocol": "none"},
            "verified": False,
        }
        monkeypatch.setattr(public, "public_checkpoints", lambda: {"tiny_biggan": row})
        host.row = row
        yield host


@pytest.fixture
def record(tmp_path):
    return tmp_path / ".cache/zoo/public/tiny_biggan/files" / pull.RECORD


def test_it_is_pulled_converted_and_cached(host, record, capsys):
    gan = GAN.from_preset("tiny_biggan")
    assert type(gan) is BigGANDeep
    assert gan.preset_source == "tiny_biggan"
    assert sorted(host.requests) == [CONFIG, WEIGHTS]
    said = capsys.readouterr().err
    assert said.count("Licence: MIT") == 1
    recipe = gan.preset_origin.recipe["converted_from"]
    digests = {
        name: row["sha256"] for name, row in json.loads(record.read_text()).items()
    }
    assert recipe["files"] == digests
    assert recipe["scores"] == {"fid": 1.5, "protocol": "none"}
    assert recipe["verified"] is False

    again = GAN.from_preset("tiny_biggan")
    assert len(host.requests) == 2
    assert "Licence" not in capsys.readouterr().err
    given = {"labels": [1, 3], "seed": 4, "truncation": 0.5}
    np.testing.assert_array_equal(again.generate(2, **given), gan.generate(2, **given))


@pytest.fixture
def pulled(host, record):
    """Pulls the checkpoint, without a conversion."""
    return lambda: pull.pull("tiny_biggan", host.row, record.parent).path


@pytest.mark.once
@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (404, FileNotFoundError, r"no longer there \(status 404\).*convert FILE OUT"),
        (410, FileNotFoundError, r"no longer there"),
        (503, ConnectionError, r"could not be downloaded \(HTTPError"),
        ("cut", ConnectionError, r"could not be downloaded \(ContentTooShortError"),
    ],
)
def test_faults_leave_the_cache_clean(host, record, pulled, fault, error, message):
    host.faults[WEIGHTS] = fault
    with pytest.raises(error, match=message):
        pulled()
    assert {path.name for path in record.parent.iterdir()} <= {CONFIG, pull.RECORD}
    host.faults.clear()
    folder = pulled()
    assert (folder / WEIGHTS).read_bytes() == host.files[WEIGHTS]


@pytest.mark.once
def test_what_an_interrupted_download_left_is_not_taken(host, record, pulled):
    record.parent.mkdir(parents=True)
    part = record.parent / f".{WEIGHTS}.part"
    part.write_bytes(host.files[WEIGHTS][:1000])
    assert (pulled() / WEIGHTS).read_bytes() == host.files[WEIGHTS]
    assert not part.exists()


@pytest.mark.once
def test_a_download_that_is_stopped(host, record, pulled, monkeypatch):
    """By Ctrl-C, after the first file."""
    get_file = keras.utils.get_file

    def stopped(name, *args, **kwargs):
        if CONFIG in name:
            raise KeyboardInterrupt
        return get_file(name, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("keras.utils.get_file", stopped)
        with pytest.raises(KeyboardInterrupt):
            pulled()
    assert (pulled() / CONFIG).read_bytes() == host.files[CONFIG]
    assert host.requests.count(WEIGHTS) == 1  # what was whole is kept


@pytest.mark.once
def test_a_moved_file_is_followed(host, pulled):
    host.faults[WEIGHTS] = "moved"
    assert (pulled() / WEIGHTS).read_bytes() == host.files[WEIGHTS]


@pytest.mark.once
def test_no_connection(host):
    host.row["url"] = "http://127.0.0.1:9/"
    with pytest.raises(ConnectionError, match=r"could not be downloaded .*Check the"):
        GAN.from_preset("tiny_biggan")


@pytest.mark.once
def test_a_known_sha256_is_checked_before_anything_is_read(host, record):
    host.row["files"][WEIGHTS] = {"sha256": "0" * 64}
    with pytest.raises(ValueError, match=rf"`{WEIGHTS}` of `tiny_biggan` is not the"):
        GAN.from_preset("tiny_biggan")
    assert not (record.parent / WEIGHTS).exists()


@pytest.mark.once
def test_the_first_digits_of_a_sha256_may_be_known(pulled, record):
    digest = sha256(pulled() / WEIGHTS)
    for known, fits in ((digest[:8], True), ("0" * 8, False)):
        if fits:
            pull._check("tiny", record.parent / WEIGHTS, WEIGHTS, known, record.parent)
            continue
        with pytest.raises(ValueError, match="is not the file that it was"):
            pull._check("tiny", record.parent / WEIGHTS, WEIGHTS, known, record.parent)


@pytest.mark.once
def test_a_recorded_sha256_is_checked_ever_after(host, pulled, record):
    GAN.from_preset("tiny_biggan")
    (record.parent / WEIGHTS).unlink()  # as if the cache had lost it
    host.faults[WEIGHTS] = "corrupt"
    message = rf"is not the file that it was.*Expected: sha.* Remove {record} to take"
    with pytest.raises(ValueError, match=message):
        pulled()
    host.faults.clear()
    pulled()


@pytest.mark.once
def test_a_corrupt_file_is_no_gan_and_no_preset(host, record):
    host.files[WEIGHTS] = b"\x80\x02" + bytes(1000)
    with pytest.raises(ValueError, match=WEIGHTS):
        GAN.from_preset("tiny_biggan")
    assert not (record.parents[1] / f"preset-{public.CONVERSION}").exists()


@pytest.mark.once
@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
@pytest.mark.parametrize("before", [False, True])
def test_a_page_to_log_in_is_no_truth(name, before, host, contents, record):
    """Answered with status 200; `before`: recorded, as it once was."""
    page = b"<html>Log in</html>"
    host.files[name] = page
    if before:
        record.parent.mkdir(parents=True)
        digest = {"sha256": hashlib.sha256(page).hexdigest()}
        record.write_text(json.dumps({name: digest}))
    for _ in range(2):  # it is asked for again
        with pytest.raises(ValueError, match=rf"removed from {record.parent}: try"):
            GAN.from_preset("tiny_biggan")
        assert not (record.parent / name).exists()
        assert json.loads(record.read_text()) == {}
    host.files[name] = contents[name]
    GAN.from_preset("tiny_biggan")
    assert set(json.loads(record.read_text())) == {WEIGHTS, CONFIG}


@pytest.mark.once
def test_a_full_disk(host, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("keras.utils.get_file", full)
    with pytest.raises(OSError, match="move the cache with KERAS_GAN_ZOO_CACHE"):
        GAN.from_preset("tiny_biggan")


@pytest.mark.once
def test_a_disk_that_is_full_when_the_preset_is_saved(host, record, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("keras_gan_zoo.presets.saving.write_json", full)
        with pytest.raises(OSError, match="the preset of tiny_biggan does not fit"):
            GAN.from_preset("tiny_biggan")
    assert [path.name for path in record.parents[1].iterdir()] == ["files"]
    assert type(GAN.from_preset("tiny_biggan")) is BigGANDeep


@pytest.mark.once
def test_a_file_is_to_be_converted(host, pulled):
    folder = pulled()
    with pytest.raises(ValueError, match=r"keras-gan-zoo convert .*pytorch_model.bin"):
        GAN.from_preset(folder / WEIGHTS)


@pytest.mark.once
def test_what_may_not_be_republished_is_refused(contents, tmp_path, monkeypatch):
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    source = next(s for s in known_sources() if "BigGAN" in s.title and s.republish)
    monkeypatch.setattr(type(source), "republish", False)
    gan = convert(tmp_path)
    gan.save_to_preset(tmp_path / "preset")  # on one's own disk it may lie
    with pytest.raises(ValueError, match=r"does not let them be published again"):
        upload_preset("hf://me/gan", tmp_path / "preset")


@pytest.mark.once
def test_its_card_tells_where_it_is_from(host, tmp_path):
    GAN.from_preset("tiny_biggan").save_to_preset(tmp_path / "mine")
    card = write_card(tmp_path / "mine").read_text()
    for text in (
        "license: mit",
        "[pytorch-pretrained-BigGAN](https://github.com/huggingface/pytorch-",
        "MIT, converted from DeepMind's TF Hub modules",
        "FID 1.5",
        "nobody has yet compared",
        "it has no discriminator",
    ):
        assert text in card


@pytest.mark.once
def test_names_near_it(host):
    with pytest.raises(ValueError, match=r"tiny_biggan"):
        GAN.from_preset("tiny_bigan")


@pytest.mark.once
def test_the_index():
    names = {source.__class__.__module__.split(".")[3] for source in known_sources()}
    for name, row in public.public_checkpoints().items():
        assert row["source"] in names, name
        assert bool(row.get("hub")) != bool(row.get("url")), name
        assert row.get("patterns") or row.get("files"), name
        assert row["verified"] is False, name  # there was no way to pull any of them
        assert row["licence"], name


@pytest.mark.once
def test_they_are_scored_by_one_command(host, tmp_path, monkeypatch, capsys):
    """`tools/score_public.py`, which goes on after one that is gone."""
    monkeypatch.syspath_prepend(str(pathlib.Path(__file__).parents[2] / "tools"))
    tool = importlib.import_module("score_public")
    row = {**host.row, "dataset": "faces-64"}
    rows = {"gone": {**row, "files": {"gone.bin": {}}}, "tiny_biggan": row}
    monkeypatch.setattr(public, "public_checkpoints", lambda: rows)
    host.faults["gone.bin"] = 404
    shape = GAN.from_preset("tiny_biggan").image_shape
    x = keras.Input(shape)
    features = keras.layers.Dense(3)(keras.layers.Flatten()(x))
    extractor = Extractor(keras.Model(x, {"features": features, "logits": features}))
    score = functools.partial(public_scores.score, extractor=extractor)
    monkeypatch.setattr(public_scores, "score", score)
    images = np.random.default_rng(0).integers(0, 256, (20, *shape), "uint8")
    np.save(tmp_path / "faces.npy", images)
    out = tmp_path / "scores"
    arguments = f"--num-images 20 --verbose 0 --out {out} --reference faces-64="
    assert tool.main(f"{arguments}{tmp_path / 'faces.npy'}".split()) == 1
    found = json.loads(out.with_suffix(".json").read_text())
    assert found["gone"]["error"].startswith("FileNotFoundError")
    fid = found["tiny_biggan"]["report"]["scores"]["fid"]
    text = out.with_suffix(".md").read_text()
    assert f" | 1.5 | {fid:.2f} | " in text
    assert "| file faces.npy | 20 |" in text
    assert str(tmp_path) not in text
