"""What `datasets.load_dataset` returns, here by a stand-in with the same methods."""

import io

import numpy as np
import pytest
from pictures import RNG
from PIL import Image as Picture

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.adapters import is_batched


class Image:
    def __init__(self, decode=True):
        self.decode = decode


class ClassLabel:
    def __init__(self, names):
        self.names = names


class Value:
    pass


class Dataset:
    """A table: a dict of column -> list, and what its columns are."""

    def __init__(self, columns, features):
        self.columns, self.features = columns, features

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __iter__(self):
        return (self[row] for row in range(len(self)))

    def __getitem__(self, key):
        if isinstance(key, str):
            return self.columns[key]
        row = {name: values[key] for name, values in self.columns.items()}
        for name, feature in self.features.items():
            if isinstance(feature, Image) and feature.decode:
                row[name] = Picture.open(io.BytesIO(row[name]["bytes"]))
        return row

    def with_format(self, kind):
        assert kind is None
        return self

    def cast_column(self, name, feature):
        return Dataset(self.columns, {**self.features, name: feature})


def encoded(pixels):
    file = io.BytesIO()
    Picture.fromarray(pixels).save(file, "PNG")
    return {"bytes": file.getvalue(), "path": None}


PIXELS = RNG.integers(0, 256, (4, 8, 6, 3), dtype="uint8")


def hub(labels=(0, 1, 1, 0), feature=None, **columns):
    return Dataset(
        {"image": [encoded(x) for x in PIXELS], "label": list(labels)} | columns,
        {"image": Image(), "label": feature or ClassLabel(["cat", "dog"])},
    )


def test_images_and_labels():
    assert datasets.is_hub_dataset(hub())
    assert not is_batched(hub())
    images, labels = datasets.load(hub())
    np.testing.assert_array_equal(images, PIXELS)
    assert labels.tolist() == [0, 1, 1, 0]
    assert datasets.load_hub_dataset(hub())[2] == ("cat", "dog")


def test_they_are_prepared_too():
    images, labels = datasets.load(hub(), image_size=4, horizontal_flip=True)
    assert images.shape == (8, 4, 4, 3)
    assert labels.tolist() == [0, 1, 1, 0] * 2


def test_files_beside_a_table(tmp_path):
    rows = []
    for index, pixels in enumerate(PIXELS):
        path = tmp_path / f"{index}.png"
        Picture.fromarray(pixels).save(path)
        rows.append({"bytes": None, "path": str(path)})
    images, _ = datasets.load(hub(image=rows))
    np.testing.assert_array_equal(images, PIXELS)


@pytest.mark.parametrize(
    ("labels", "expected", "names"),
    [
        ((3, 0, 3, 1), [3, 0, 3, 1], None),
        ((3.0, 0.0, 3.0, 1.0), [3, 0, 3, 1], None),
        (([0, 1], [1, 0], [0, 1], [0, 1]), [1, 0, 1, 1], None),
        (tuple("baba"), [1, 0, 1, 0], ("a", "b")),
    ],
)
def test_labels_of_other_kinds(labels, expected, names):
    found = datasets.load_hub_dataset(hub(labels, Value()))
    assert found[1].tolist() == expected
    assert found[2] == names


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ((0.7, 1.2, 1.9, 1.0), "whole numbers"),
        (([0], [1, 2], [0], [1]), "column `label`.*whole numbers"),
        (([0, 1], [1, 1], [0, 1], [1, 0]), "one-hot"),
        (({"a": 1}, {"a": 2}, {"a": 1}, {"a": 1}), "whole numbers"),
    ],
)
def test_labels_that_number_no_classes(labels, says):
    with pytest.raises(ValueError, match=f"{says}.*Received"):
        datasets.load(hub(labels, Value()))


def test_what_can_not_be_used():
    bad = [encoded(x) for x in PIXELS]
    bad[1] = {"bytes": bad[1]["bytes"][:-40], "path": None}
    with pytest.raises(ValueError, match=r"readable.*row 1 of the data set"):
        datasets.load(hub(image=bad))
    images, labels = datasets.load(hub(image=bad), on_error="skip")
    np.testing.assert_array_equal(images, PIXELS[[0, 2, 3]])
    assert labels.tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match=r'Pick it: `data\["train"\]`'):
        datasets.load({"train": hub(), "test": hub()})
    with pytest.raises(ValueError, match=r"one column of images.*label \(ClassLabel\)"):
        datasets.load(Dataset({"label": [1]}, {"label": ClassLabel(["a"])}))
    with pytest.raises(ValueError, match=r"2 rows without, the first is row 1"):
        datasets.load(hub((0, -1, None, 1)))


def test_fit_takes_them(conditional_gan):
    gan = conditional_gan((8, 6, 3), ("ant", "cat", "dog"))
    gan.fit(hub(), batch_size=2, verbose=0)
    assert int(gan.images_seen) == 4
    with pytest.raises(ValueError, match="lacks 'cat'"):
        conditional_gan((8, 6, 3)[:3], ("ant", "dog", "emu")).fit(hub(), verbose=0)
