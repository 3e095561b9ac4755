"""Labels of samples: balanced, passed on, scored by class, refused."""

import keras
import numpy as np
import pytest
from scipy import linalg

from keras_gan_zoo import GAN, datasets, networks
from keras_gan_zoo.images import save_png
from keras_gan_zoo.scoring import (
    cluster,
    extractors,
    load_reference,
    references,
    score,
    sources,
)
from keras_gan_zoo.scoring.job import Job, Plan
from keras_gan_zoo.scoring.labels import balanced

from .conftest import tiny_model

MNIST = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
QUIET = {"verify": False, "verbose": 0}


class Painter(GAN):
    """Three classes, each with its own grey level; sample i is that of any call."""

    def __init__(self):
        super().__init__(
            networks.dense_generator((8, 8, 1), latent_dim=4, widths=(4,)),
            networks.dense_discriminator((8, 8, 1), widths=(4,)),
        )
        self.num_classes, self.asked = 3, {}

    def generate(self, n, *, labels=None, seed=None, start=0, **kwargs):
        rngs = [np.random.default_rng([seed, i]) for i in range(start, start + n)]
        noise = [rng.integers(0, 90, (8, 8, 1)) for rng in rngs]
        if labels is None:
            labels = np.zeros(n, int)
        assert len(labels) == n
        self.asked |= dict(zip(range(start, start + n), labels, strict=True))
        return (np.array(noise) + 60 * labels[:, None, None, None]).astype("uint8")


@pytest.fixture(scope="module")
def painter():
    return Painter()


@pytest.fixture
def real(rng):
    """90 images: 45 of class 0, 30 of 1 and 15 of 2."""
    labels = rng.permutation(np.repeat([0, 1, 2], [45, 30, 15]))
    images = rng.integers(0, 70, (90, 8, 8, 1)) + 70 * labels[:, None, None, None]
    return images.astype("uint8"), labels


def asked(painter):
    labels = np.array([painter.asked[i] for i in range(len(painter.asked))])
    painter.asked.clear()
    return labels


# === Balance ===


def test_any_first_samples_are_balanced():
    labels = balanced(MNIST, 10_000)
    np.testing.assert_array_equal(np.bincount(labels), MNIST)
    hot = np.eye(10)[labels].cumsum(axis=0)
    due = np.arange(1, 10_001)[:, None] * np.array(MNIST) / 10_000
    assert np.abs(hot - due).max() < 1.5


@pytest.mark.parametrize("counts", [MNIST, [1, 0, 2], [1] * 1000, [1] * 999 + [10**6]])
def test_a_samples_label_depends_on_its_number_alone(counts):
    longest = balanced(counts, 3000)
    for n in (1, 7, 999, 2999):
        np.testing.assert_array_equal(balanced(counts, n), longest[:n])


def test_equal_counts_take_turns():
    np.testing.assert_array_equal(balanced(np.ones(4), 10), np.arange(10) % 4)


def test_samples_are_balanced_as_the_reference(painter, real, extractor):
    reports = [
        score(
            painter,
            real,
            metrics="fid",
            extractor=extractor,
            num_images=60,
            repeats=2,
            batch_size=batch_size,
            **QUIET,
        )
        for batch_size in (7, 60)
    ]
    first = asked(painter)
    assert len(first) == 120  # two repeats, each with its own samples
    for half in (first[:60], first[60:]):
        np.testing.assert_array_equal(np.bincount(half), [30, 20, 10])
    assert reports[0]["fid"] == pytest.approx(reports[1]["fid"], rel=1e-6)
    facts = reports[0].conditions
    assert facts["labels"] == "balanced as the reference"
    assert facts["num_classes"] == 3


def test_samples_are_balanced_as_an_exported_reference(
    painter, real, extractor, tmp_path
):
    known = load_reference(real, extractor)
    path = references.export_statistics(known, tmp_path / "st.npz")
    score(painter, path, "fid", extractor=extractor, num_images=90, **QUIET)
    assert np.bincount(asked(painter)).tolist() == [45, 30, 15]


def test_labels_as_asked(painter, real, extractor):
    given = {"metrics": "fid", "extractor": extractor, "num_images": 60, **QUIET}
    assert (
        score(painter, real, labels="uniform", **given).conditions["labels"]
        == "uniform"
    )
    np.testing.assert_array_equal(asked(painter), np.arange(60) % 3)
    mine = np.repeat([2, 0, 1], 20)
    report = score(painter, real, labels=mine, **given)
    np.testing.assert_array_equal(asked(painter), mine)
    assert report.conditions["labels"] == "as given"


@pytest.mark.parametrize("form", ["column", "one-hot", "list"])
def test_labels_come_in_the_forms_of_fit(painter, real, extractor, form):
    """`keras.datasets` has its labels in a column."""

    def in_form(labels):
        forms = {"column": labels[:, None], "one-hot": np.eye(3)[labels]}
        return forms.get(form, labels.tolist())

    images, labels = real
    given = {"metrics": "class_fid", "extractor": extractor, "num_images": 60, **QUIET}
    known = (images, in_form(labels))
    asked = np.arange(60) % 3
    for source, one, other in (
        (painter, {"labels": in_form(asked)}, {"labels": asked}),
        (known, {}, {"labels": labels}),
        (images, {"labels": in_form(labels)}, {"labels": labels}),
    ):
        found = score(source, known, **one, **given)
        images_alone = images if source is known else source
        expected = score(images_alone, real, **other, **given)
        assert found.per_class == expected.per_class


def test_a_reference_without_labels_leaves_them_to_the_gan(painter, real, extractor):
    given = {"metrics": "fid", "extractor": extractor, "num_images": 60, **QUIET}
    report = score(painter, real[0], **given)
    assert report.conditions["labels"] == "drawn by the GAN, from the seed's stream"


def test_shipped_references_know_their_label_counts():
    counts = load_reference("mnist:test", extractors.get("digits")).label_counts
    np.testing.assert_array_equal(counts, MNIST)  # yann.lecun.com/exdb/mnist


def conditional_gan():
    latents = keras.Input((4,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    x = keras.layers.Concatenate()([latents, keras.layers.Embedding(3, 4)(labels)])
    x = keras.layers.Dense(64, "tanh")(x)
    inputs = {"latents": latents, "labels": labels}
    generator = keras.Model(inputs, keras.layers.Reshape((8, 8, 1))(x))
    images = keras.Input((8, 8, 1), name="images")
    labels = keras.Input((), dtype="int32", name="labels")
    x = keras.layers.Flatten()(images)
    x = keras.layers.Concatenate()([x, keras.layers.Embedding(3, 4)(labels)])
    inputs = {"images": images, "labels": labels}
    discriminator = keras.Model(inputs, keras.layers.Dense(1)(x))
    return GAN(generator, discriminator, num_classes=3, seed=0)


def test_a_conditional_gan_from_end_to_end(real, extractor):
    gan = conditional_gan()
    given = {"metrics": ["fid", "class_fid"], "extractor": extractor, **QUIET}
    report = score(gan, real, num_images=60, seed=2, batch_size=25, **given)
    assert report.conditions["labels"] == "balanced as the reference"
    labels = balanced([45, 30, 15], 60)
    images = gan.generate(60, labels=labels, seed=2)
    same = score(images, real, num_images=None, labels=labels, **given)
    assert dict(report) == pytest.approx(dict(same), rel=1e-3)
    report = score(gan, None, "is", extractor, num_images=60, **QUIET)
    assert "drawn by the GAN" in report.conditions["labels"]


def test_labels_travel_to_workers(real, extractor):
    source = sources.get(conditional_gan(), seed=2)
    source.set_labels(balanced([45, 30, 15], 60), 60)
    reference = load_reference(real, extractor, needs={"features", "labels", "images"})
    job = Job(
        Plan(("class_fid",), 60), source, extractor, reference, columns=np.arange(3)
    )
    there = cluster._unpack(cluster._pack(job))
    np.testing.assert_array_equal(there.columns, [0, 1, 2])
    np.testing.assert_array_equal(there.source.labels, source.labels)
    np.testing.assert_array_equal(there.source.take(10, 20, 5), source.take(10, 20, 5))
    assert there.reference.images is None


# === Scores by class ===


def by_sqrtm(x, y):
    c1, c2 = np.cov(x.T), np.cov(y.T)
    root = linalg.sqrtm(c1 @ c2).real
    gap = x.mean(axis=0) - y.mean(axis=0)
    return gap @ gap + np.trace(c1 + c2 - 2 * root)


def test_class_fid_is_a_frechet_distance_a_class(painter, real, extractor):
    report = score(
        painter,
        real,
        metrics=["fid", "class_fid"],
        extractor=extractor,
        num_images=90,
        seed=5,
        **QUIET,
    )
    labels = asked(painter)
    fake = extractor.extract(painter.generate(90, labels=labels, seed=5))["features"]
    painter.asked.clear()
    rows = extractor.extract(real[0])["features"]
    expected = {
        str(c): by_sqrtm(
            fake[labels == c].astype("float64"), rows[real[1] == c].astype("float64")
        )
        for c in range(3)
    }
    assert dict(report.per_class["fid"]) == pytest.approx(expected, rel=1e-6)
    assert report["class_fid"] == pytest.approx(np.mean(list(expected.values())))
    assert report.to_dict()["per_class"] == {"fid": dict(report.per_class["fid"])}
    assert "fid/0" not in report
    assert "small_classes" not in report.conditions  # 6 dimensions, 15 images and more
    assert report.label("class_fid") == "class FID (tiny)"


def test_images_with_labels(real, extractor, tmp_path):
    """An array shuffled by the seed keeps its labels; so does a file of both."""
    images, labels = real
    given = {"metrics": "class_fid", "extractor": extractor, "num_images": None}
    report = score(images, real, labels=labels, seed=3, **given, **QUIET)
    assert report["class_fid"] == pytest.approx(0, abs=1e-4)
    np.savez(tmp_path / "both.npz", images=images, labels=labels)
    report = score(tmp_path / "both.npz", real, **given, **QUIET)
    assert report["class_fid"] == pytest.approx(0, abs=1e-4)
    assert report.conditions["labels"] == "of the source"
    wrong = score(images, real, labels=(labels + 1) % 3, **given, **QUIET)
    assert wrong["class_fid"] > 1


def test_images_with_labels_are_a_source_too(real, extractor):
    images, labels = real
    options = {"extractor": extractor, "num_images": None, **QUIET}
    found = score(real, real, "class_fid", **options)
    expected = score(images, real, "class_fid", labels=labels, **options)
    assert dict(found) == dict(expected)
    assert found.conditions["labels"] == "of the source"


def test_small_classes_are_named(painter, real, extractor):
    keep = np.flatnonzero((real[1] != 2) | (np.cumsum(real[1] == 2) <= 4))
    report = score(
        painter,
        (real[0][keep], real[1][keep]),
        metrics="class_fid",
        extractor=extractor,
        num_images=30,
        labels="uniform",
        **QUIET,
    )
    assert report.conditions["small_classes"] == {
        "dimensions": 6,
        "generated": {},
        "real": {"2": 4},
    }
    assert "1 of real images (the smallest of 4)" in repr(report)
    painter.asked.clear()


# === Classification accuracy score ===

CAS = {"metrics": "cas", "num_images": 900, **QUIET}


def test_classes_that_look_alike_score_full_marks(painter, real, extractor):
    report = score(painter, real, extractor=extractor, **CAS)
    assert report["cas"] == 1.0
    assert report.per_class["cas"] == {"0": 1.0, "1": 1.0, "2": 1.0}
    assert "10 epochs of Adam 0.001" in report.conditions["protocols"]["cas"]


def test_classes_mixed_up_cost_their_share(painter, real, extractor):
    """Classes 1 and 2 swapped: 45 of 90 real images are put into their class."""
    images, labels = real
    swapped = np.array([0, 2, 1])[labels]
    report = score(painter, (images, swapped), extractor=extractor, **CAS)
    assert report["cas"] == 0.5
    assert report.per_class["cas"] == {"0": 1.0, "1": 0.0, "2": 0.0}


def test_a_class_that_is_never_made_is_lost(painter, real, extractor):
    labels = np.arange(900) % 2
    report = score(painter, real, labels=labels, extractor=extractor, **CAS)
    assert report["cas"] == pytest.approx(75 / 90)
    assert report.per_class["cas"]["2"] == 0.0


def test_scores_twice_the_same(painter, real, extractor):
    noisy = real[0] // 3, real[1]
    given = {**CAS, "num_images": 100, "extractor": extractor}
    found = [score(painter, noisy, **given) for _ in range(2)]
    assert found[0]["cas"] == found[1]["cas"]


# === Refusals ===


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"labels": "all"}, r"one of \['reference', 'uniform'\].*labels='all'"),
        ({"labels": np.zeros(59, int)}, "one for each image, 60.*length 59"),
        ({"labels": np.full(60, 3)}, "from 0 to 2, the GAN's classes.*from 3 to 3"),
        ({"labels": np.zeros(60)}, "vector of integers.*float64"),
        ({"labels": "reference", "reference": None}, "`labels='reference'`|needs a"),
    ],
)
def test_wrong_labels(painter, real, extractor, change, match):
    given = {"reference": real, "metrics": "is", "num_images": 60, **change}
    with pytest.raises(ValueError, match=match):
        score(painter, extractor=extractor, **given, **QUIET)


@pytest.mark.parametrize(
    "change",
    [{"labels": np.zeros(60, int)}, {"labels": "uniform"}, {"metrics": "class_fid"}],
)
def test_an_unconditional_gan_has_no_labels(gan, real, extractor, change):
    given = {"metrics": "fid", "extractor": extractor, "num_images": 60, **change}
    with pytest.raises(ValueError, match=r"unconditional GAN|class-conditional GANs"):
        score(gan, real, **given, **QUIET)


def test_a_reference_must_have_labels(painter, real, extractor):
    given = {"extractor": extractor, "num_images": 60, **QUIET}
    for metric in ("class_fid", "cas"):
        with pytest.raises(ValueError, match=r"pair `\(images, labels\)`.*'array'"):
            score(painter, real[0], metrics=metric, **given)
    with pytest.raises(ValueError, match="without labels"):
        score(painter, real[0], metrics="fid", labels="reference", **given)
    with pytest.raises(ValueError, match=r"labels up to 4, but the GAN has 3 classes"):
        score(painter, (real[0], real[1] * 2), metrics="fid", **given)


def test_images_without_labels(real, extractor):
    given = {"extractor": extractor, "num_images": None, **QUIET}
    with pytest.raises(ValueError, match="need the label of each sample"):
        score(real[0], real, metrics="class_fid", **given)
    with pytest.raises(ValueError, match="one for each image, 90"):
        score(real[0], real, metrics="class_fid", labels=real[1][:80], **given)


def test_accuracy_takes_images_of_one_size(painter, real, extractor):
    extractor = type(extractor)(
        lambda images: {"features": images.reshape(len(images), -1)[:, :6]},
        fingerprint="six pixels",
    )
    larger = np.repeat(real[0], 2, axis=1), real[1]
    with pytest.raises(ValueError, match="both in one size"):
        score(painter, larger, extractor=extractor, **CAS)


def test_a_model_of_one_output_is_what_class_fid_reads(real):
    model = tiny_model()
    single = keras.Model(model.input, model.output["features"])
    report = score(real[0], real, "class_fid", single, None, labels=real[1], **QUIET)
    assert report["class_fid"] == pytest.approx(0, abs=1e-4)


# === Classes of the extractor, by name ===


@pytest.fixture
def folder_of_digits(tmp_path):
    """Writes some test digits into a folder with a sub-folder a class."""

    def made(names):
        images, labels = datasets.load("digits", "test[:200]")
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            if int(label) in names:
                save_png(tmp_path / names[label] / f"{i}.png", image)
        return str(tmp_path)

    return made


def accuracy(source, **options):
    options |= {"extractor": "digits", "num_images": None, "verbose": 0}
    return score(source, metrics=["label_accuracy", "is"], splits=2, **options)


@pytest.mark.once
def test_label_accuracy_reads_classes_by_their_names(folder_of_digits):
    """Of the digits 9, 3 and 7 the labels are 2, 0 and 1."""
    found = accuracy(folder_of_digits({9: "9", 3: "3", 7: "7"}))
    assert found["label_accuracy"] > 0.9
    assert set(found.per_class["label_accuracy"]) == {"0", "1", "2"}


@pytest.mark.once
def test_classes_of_other_names_are_read_by_their_numbers(folder_of_digits):
    found = accuracy(folder_of_digits({0: "no", 1: "one", 2: "two"}))
    assert found["label_accuracy"] > 0.9


@pytest.mark.once
def test_classes_that_the_extractor_does_not_have_are_refused(folder_of_digits):
    folder = folder_of_digits({3: "3", 7: "seven"})
    with pytest.raises(ValueError, match=r"all classes .*'digits' without 'seven'"):
        accuracy(folder)
    labels = np.where(datasets.load(folder)[1] == 0, 3, 7)
    assert accuracy(folder, labels=labels)["label_accuracy"] > 0.9
