"""`ImageFolder`: prepared images, the report before training, what is skipped."""

import json
import pickle
import warnings

import numpy as np
import pytest
from pictures import png, write

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import ImageFolder, ImagePreparation


@pytest.fixture
def mixed(tmp_path):
    """Three sizes and two modes in two classes."""
    write(tmp_path / "ant" / "0.png", size=(32, 16))
    write(tmp_path / "ant" / "1.png", "L", size=(16, 32))
    write(tmp_path / "bee" / "0.jpg", size=(16, 16))
    return tmp_path


def opened(path, *args, **options):
    """A folder, and the text of its one warning."""
    with pytest.warns(UserWarning, match=" image") as caught:
        found = ImageFolder(path, *args, **options)
    (entry,) = caught
    return found, str(entry.message)


def test_mixed_sizes_on_request(mixed):
    with pytest.raises(ValueError, match=r"same size.*`image_size`.*1 of 16 wide"):
        ImageFolder(mixed)
    folder, text = opened(mixed, image_size=8, crop_to_aspect_ratio=True)
    assert text == (
        f"{mixed}: 3 images 8x8x3 in 2 classes (ant, bee); from 3 sizes, 32x16 (1), "
        "16x16 (1), 16x32 (1) (width x height); cropped to 8x8 (Pillow's lanczos); "
        "2 cropped; 1 reduced; 1 grey made RGB"
    )
    images, labels = folder.load()
    assert images.shape == (3, 8, 8, 3)
    assert labels.tolist() == folder.labels.tolist() == [0, 1, 0]
    for index in range(3):
        np.testing.assert_array_equal(folder.read(index), images[index])
        assert folder.label(index) == labels[index]
    assert (folder.image_shape, folder.mode, len(folder)) == ((8, 8, 3), "RGB", 3)
    assert folder.label_names == ("ant", "bee")


def test_stretching_is_said(mixed):
    _, text = opened(mixed, image_size=8, color_mode="grayscale")
    assert "2 stretched from another aspect ratio" in text
    assert "2 RGB made grey" in text


def test_a_request_that_loses_nothing_is_no_warning(tmp_path, caplog):
    write(tmp_path / "0.png", size=(16, 16))
    with warnings.catch_warnings(), caplog.at_level("INFO", "keras_gan_zoo"):
        warnings.simplefilter("error")
        ImageFolder(tmp_path, image_size=8)
    assert caplog.messages == [
        f"{tmp_path}: 1 image 8x8x3; from size 16x16 (1) (width x height); "
        "resized to 8x8 (Pillow's lanczos); 1 reduced"
    ]


def test_mirrored_images_follow_behind_all_others(mixed):
    folder, _ = opened(mixed, image_size=8, horizontal_flip=True)
    images, labels = folder.load()
    assert len(folder) == len(images) == folder.report.num_images == 6
    np.testing.assert_array_equal(images[3:], images[:3, :, ::-1])
    np.testing.assert_array_equal(folder.read(4), images[4])
    assert labels.tolist() == [0, 1, 0] * 2
    assert folder.label(4) == 1


def test_load_takes_the_same_requests(mixed):
    with pytest.warns(UserWarning, match="padded to 8x8"):
        images, _ = datasets.load(mixed, image_size=8, pad_to_aspect_ratio=True)
    prepare = ImagePreparation(8, pad_to_aspect_ratio=True)
    with pytest.warns(UserWarning, match="padded to 8x8"):
        again, _ = datasets.load(f"{mixed}:train", preparation=prepare)
    np.testing.assert_array_equal(images, again)
    assert datasets.image_shape(mixed, preparation=prepare) == (8, 8, 3)
    with pytest.raises(ValueError, match="not both"):
        datasets.load(mixed, preparation=prepare, image_size=8)
    with pytest.raises(ValueError, match="Did you mean `image_size`"):
        datasets.load(mixed, image_sizes=8)


def test_named_data_sets_and_arrays_are_prepared_too(tmp_path, noise):
    images, labels = datasets.load("digits:test[:3]", image_size=32)
    assert images.shape == (3, 32, 32, 1)
    flipped = datasets.load("digits:test[:3]", image_size=32, horizontal_flip=True)
    np.testing.assert_array_equal(flipped[0][3:], images[:, :, ::-1])
    assert flipped[1].tolist() == [*labels, *labels]
    np.savez(tmp_path / "faces.npz", images=noise(4), labels=np.arange(4))
    path = tmp_path / "faces.npz"
    assert datasets.load(path, image_size=4)[0].shape == (4, 4, 4, 1)
    prepare = ImagePreparation(4, color_mode="rgb")
    for name in (path, "digits"):
        assert datasets.image_shape(name, preparation=prepare) == (4, 4, 3)
    np.save(tmp_path / "floats.npy", noise(4) / 255)
    with pytest.raises(ValueError, match="uint8"):
        datasets.load(tmp_path / "floats.npy", image_size=4)


# === What can't be used ===


@pytest.fixture
def broken(tmp_path):
    """Three good images, and one of every kind of bad file."""
    for index in range(3):
        write(tmp_path / "good" / f"{index}.png", size=(64, 64))
    bad = tmp_path / "bad"
    write(bad / "cut.jpg", size=(64, 64))
    write(bad / "cut.png", size=(64, 64))
    for name in ("cut.jpg", "cut.png"):
        (bad / name).write_bytes((bad / name).read_bytes()[:-200])
    (bad / "nothing.png").write_bytes(b"")
    (bad / "text.png").write_text("no image")
    (bad / "deep.png").write_bytes(png(2, 3, 16))
    (bad / "bomb.png").write_bytes(png(0, 1, 8, says=(20_000, 20_000)))
    write(bad / "middle.png", size=(64, 64))
    data = bytearray((bad / "middle.png").read_bytes())
    data[len(data) // 2] ^= 255  # which only decoding shows
    (bad / "middle.png").write_bytes(data)
    return tmp_path


AT_ONCE = ("cut.jpg", "cut.png", "nothing.png", "text.png", "deep.png", "bomb.png")


def test_all_faults_are_named_before_anything_is_decoded(broken):
    with pytest.raises(ValueError, match="Received: ") as error:
        ImageFolder(broken)
    for name in AT_ONCE:
        assert name in str(error.value)
    assert "middle.png" not in str(error.value)


def test_skipping_goes_on_and_counts(broken):
    folder, text = opened(broken, on_error="skip")
    assert "skipped 6 that can't be used: " in text
    for name in AT_ONCE:
        assert f"{name} (" in text
    assert len(folder) == 4
    assert len(folder.labels) == 4
    with pytest.warns(UserWarning, match=r"3 images .*skipped 7 that .*middle\.png"):
        images, labels = folder.load()
    assert images.shape == (3, 64, 64, 3)
    assert labels.tolist() == [1, 1, 1]
    assert folder.report.num_images == len(folder) == 3
    assert folder.report.classes == {"bad": 0, "good": 3}


def test_skipping_all_is_an_error(tmp_path):
    (tmp_path / "0.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"0\.png"):
        ImageFolder(tmp_path, on_error="skip")
    with pytest.raises(ValueError, match="'raise' or 'skip'"):
        ImageFolder(tmp_path, on_error="ignore")


def test_something_behind_the_end_of_a_file_is_no_fault(tmp_path):
    for name in ("0.jpg", "1.png", "2.gif"):
        write(tmp_path / name, size=(64, 64))
        with (tmp_path / name).open("ab") as file:
            file.write(bytes(100))
    assert len(ImageFolder(tmp_path)) == 3


def test_a_report_is_kept_as_json(broken):
    folder, _ = opened(broken, on_error="skip")
    facts = json.loads(json.dumps(folder.report.to_dict()))
    assert facts["name"] == broken.name
    assert facts["num_images"] == 4
    assert facts["num_bytes"] == 4 * 64 * 64 * 3
    assert facts["sizes"] == {"64x64": 4}
    assert facts["classes"] == {"bad": 1, "good": 3}
    assert len(facts["unreadable"]) == 6


def test_a_folder_goes_to_other_processes(mixed):
    folder, _ = opened(mixed, image_size=8)
    again = pickle.loads(pickle.dumps(folder))
    np.testing.assert_array_equal(again.read(0), folder.read(0))
    config = json.loads(json.dumps(folder.get_config()))
    with pytest.warns(UserWarning, match="resized to 8x8"):
        same = ImageFolder(mixed, **config)
    np.testing.assert_array_equal(same.read(2), folder.read(2))
