"""Class terms, image by image in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_softmax

from keras_gan_zoo import auxiliaries
from keras_gan_zoo.training.batch import Batch

N, K, DIM = 7, 3, 4
rng = np.random.default_rng(0)
LABELS = {kind: rng.integers(0, K, N).astype("int32") for kind in ("real", "fake")}
WIDTHS = {"classes": 2 * K, "twin_classes": K, "embedding": DIM, "proxy": DIM}
OUTPUTS = {
    kind: {
        name: rng.normal(size=(N, width)).astype("float32")
        for name, width in WIDTHS.items()
    }
    for kind in LABELS
}


def terms(auxiliary):
    """The discriminator's and the generator's."""
    batch = {k: Batch(None, ops.convert_to_tensor(LABELS[k])) for k in LABELS}
    of = {
        kind: {name: ops.convert_to_tensor(value) for name, value in outputs.items()}
        for kind, outputs in OUTPUTS.items()
    }
    found = (
        auxiliary.discriminator_loss(
            None, batch["real"], of["real"], batch["fake"], of["fake"], None
        ),
        auxiliary.generator_loss(None, batch["fake"], of["fake"], None),
    )
    return [float(ops.convert_to_numpy(value)) for value in found]


def cross_entropy(kind, output, classes):
    logs = log_softmax(OUTPUTS[kind][output].astype("float64"), axis=1)
    return -np.mean([logs[i, c] for i, c in enumerate(classes)])


def test_twin_classification(monkeypatch):
    for kind in OUTPUTS:
        monkeypatch.setitem(OUTPUTS[kind], "classes", OUTPUTS[kind]["classes"][:, :K])
    real = cross_entropy("real", "classes", LABELS["real"])
    fake = cross_entropy("fake", "classes", LABELS["fake"])
    twin = cross_entropy("fake", "twin_classes", LABELS["fake"])
    found = terms(auxiliaries.TwinClassification(0.5))
    np.testing.assert_allclose(
        found, [0.5 * (real + twin), 0.5 * (fake - twin)], 1e-5, 1e-5
    )


def test_discriminative_classification():
    of_real = cross_entropy("real", "classes", 2 * LABELS["real"])
    as_real = cross_entropy("fake", "classes", 2 * LABELS["fake"])
    as_fake = cross_entropy("fake", "classes", 2 * LABELS["fake"] + 1)
    found = terms(auxiliaries.DiscriminativeClassification(2.0))
    expected = [2 * (of_real + as_fake), 2 * (as_real - as_fake)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def contrastive(y, h, p, temperature):
    losses = []
    for i in range(N):
        own = np.exp(cosine(h[i], p[i]) / temperature)
        each = {j: np.exp(cosine(h[i], h[j]) / temperature) for j in range(N) if j != i}
        same = sum(value for j, value in each.items() if y[j] == y[i])
        losses.append(-np.log((own + same) / (own + sum(each.values()))))
    return np.mean(losses)


def data_to_data(y, h, p, temperature, margin):
    losses = []
    for i in range(N):
        near = max(0.0, margin - cosine(h[i], p[i])) / temperature
        each = {
            j: (cosine(h[i], h[j]) + margin - 1) / temperature
            for j in range(N)
            if j != i
        }
        away = sum(
            np.exp(max(0.0, value) - max(each.values()))
            for j, value in each.items()
            if y[j] != y[i]
        )
        losses.append(near + np.log(np.exp(-near) + away))
    return np.mean(losses)


@pytest.mark.parametrize("name", ["contrastive", "data_to_data"])
def test_on_embeddings(name):
    if name == "contrastive":
        settings = {"temperature": 0.3}
        term = auxiliaries.ConditionalContrastive(0.5, **settings)
    else:
        settings = {"temperature": 0.25, "margin": 0.9}
        term = auxiliaries.DataToDataCrossEntropy(0.5, **settings)
    expected = []
    for kind in ("real", "fake"):
        h, p = (
            OUTPUTS[kind][name].astype("float64") for name in ("embedding", "proxy")
        )
        expected.append(0.5 * globals()[name](LABELS[kind], h, p, **settings))
    np.testing.assert_allclose(terms(term), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "term", [auxiliaries.ConditionalContrastive, auxiliaries.DataToDataCrossEntropy]
)
def test_a_batch_of_one_image_is_finite(term):
    one = {"embedding": np.ones((1, 2), "float32"), "proxy": np.ones((1, 2), "float32")}
    fake = Batch(None, ops.convert_to_tensor(np.zeros(1, "int32")))
    one = {name: ops.convert_to_tensor(value) for name, value in one.items()}
    assert abs(float(ops.convert_to_numpy(term().generator_loss(0, fake, one, 0)))) < 1


@pytest.mark.parametrize(
    "term",
    [
        auxiliaries.TwinClassification(0.3, name="t"),
        auxiliaries.DiscriminativeClassification(0.4),
        auxiliaries.ConditionalContrastive(0.5, temperature=0.2),
        auxiliaries.DataToDataCrossEntropy(0.6, temperature=0.2, margin=0.9),
        auxiliaries.Drift(),
    ],
)
def test_config_round_trip(term):
    config = keras.saving.serialize_keras_object(term)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(term)
    assert copy.get_config() == term.get_config()


def test_bad_temperature():
    with pytest.raises(ValueError, match=r"`temperature` must be .*Received"):
        auxiliaries.ConditionalContrastive(temperature=0.0)


def test_drift():
    logits = rng.normal(size=(5, 1)).astype("float32")
    of_real = {"logits": ops.convert_to_tensor(logits)}
    found = auxiliaries.Drift().discriminator_loss(0, 0, of_real, 0, 0, 0)
    expected = 0.001 * np.mean(logits.astype("float64") ** 2)
    assert float(ops.convert_to_numpy(found)) == pytest.approx(expected, rel=1e-5)
