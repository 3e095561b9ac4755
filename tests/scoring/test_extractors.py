import keras
import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring import Extractor, extractors, score

from .conftest import tiny_model


def dense_model(*sizes, activation=None):
    x = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(x)
    outputs = [keras.layers.Dense(size, activation)(flat) for size in sizes]
    return keras.Model(x, outputs[0] if len(outputs) == 1 else outputs)


def test_outputs_equal_the_models_own(images, extractor):
    outputs = extractor.extract(images, batch_size=50)  # 120 is no multiple
    expected = extractor.model.predict(images, verbose=0)
    for name in ("features", "logits"):
        assert outputs[name].dtype == np.float32
        np.testing.assert_allclose(
            outputs[name], np.asarray(expected[name]), rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize("batch_size", [1, 7, 120, 1000])
def test_batch_size_changes_nothing(images, extractor, batch_size):
    outputs = extractor.extract(images, batch_size)
    assert outputs["logits"].shape == (120, 5)
    np.testing.assert_allclose(
        outputs["features"], extractor.extract(images)["features"], atol=1e-5
    )


def test_pairs_and_single_outputs(images):
    pair = Extractor(dense_model(6, 5))
    assert pair.extract(images)["features"].shape == (120, 6)
    assert pair.extract(images)["logits"].shape == (120, 5)
    single = Extractor(dense_model(6), outputs=("features",))
    assert set(single.extract(images)) == {"features"}
    with pytest.raises(ValueError, match="Which output"):
        Extractor(dense_model(6))
    with pytest.raises(ValueError, match="Which output"):
        Extractor(dense_model(6, 5, 4))
    with pytest.raises(ValueError, match="named `features` and `logits`"):
        Extractor(keras.Model(single.model.input, {"pool": single.model.output}))


def test_features_of_any_rank_become_rows(images):
    x = keras.Input((8, 8, 1))
    extractor = Extractor(
        keras.Model(x, keras.layers.Conv2D(3, 5)(x)), outputs=("features",)
    )
    assert extractor.extract(images)["features"].shape == (120, 4 * 4 * 3)


def test_a_single_output_is_what_the_metric_reads(images):
    common = {"num_images": None, "second_opinion": False, "verbose": 0}
    model = dense_model(5)
    assert "is" in score(images, metrics="is", extractor=model, **common)
    assert "fid" in score(images, images, metrics="fid", extractor=model, **common)
    with pytest.raises(ValueError, match="Which output"):
        score(images, images, extractor=model, **common)
    logits = Extractor(model, outputs=("logits",))
    with pytest.raises(ValueError, match="'fid' reads `features`"):
        score(images, images, extractor=logits, **common)


def test_softmax_is_no_logits(images):
    model = dense_model(5, activation="softmax")
    with pytest.raises(ValueError, match="look like probabilities"):
        score(images, metrics="is", extractor=model, num_images=None, verbose=0)


@pytest.mark.parametrize(
    ("images", "match"),
    [
        (np.zeros((2, 9, 8, 1), "uint8"), r"shape \(8, 8, 1\) and does not resize"),
        (np.zeros((2, 8, 8, 3), "uint8"), r"\(8, 8, 3\)"),
        (np.zeros((2, 8, 8, 1), "float32"), "uint8"),
        (np.zeros((8, 8, 1), "uint8"), "uint8 images of shape"),
    ],
)
def test_what_the_model_was_not_made_for(extractor, images, match):
    with pytest.raises(ValueError, match=match):
        extractor.extract(images)


def test_sha256_and_probe_tell_extractors_apart():
    one, same, other = tiny_model(), tiny_model(), tiny_model(seed=1)
    scaled = tiny_model(scale=1 / 127.5)
    one, same, other, scaled = map(Extractor, (one, same, other, scaled))
    assert one.sha256 == same.sha256 != other.sha256
    assert one.sha256 == scaled.sha256  # weights alone
    assert not np.allclose(one.probe, scaled.probe, rtol=1e-2)
    np.testing.assert_allclose(one.probe, same.probe, rtol=1e-5)


def test_unknown_extractors_get_numbered_choices():
    for wrong in ("inceptoin", 3, None):
        with pytest.raises(ValueError, match=r"1\) 'digits': The digit classifier"):
            extractors.get(wrong)


def test_only_built_models():
    with pytest.raises(ValueError, match="built Keras model"):
        Extractor(keras.Sequential([keras.layers.Dense(3)]))


def test_digits_reads_digits():
    """99 % of MNIST's test set is the bar; these are MNIST images, shipped."""
    images, labels = datasets.load("digits", "test")
    extractor = extractors.get("digits")
    outputs = extractor.extract(images)
    assert outputs["features"].shape == (len(images), 64)
    assert np.mean(outputs["logits"].argmax(axis=1) == labels) >= 0.99
    assert extractors.get("digits") is extractor


def test_digits_is_float32_and_channels_last_whatever_the_settings():
    images, _ = datasets.load("digits", "test[:20]")
    expected = extractors.get("digits").extract(images)["logits"]
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_image_data_format("channels_first")
    try:
        logits = extractors.EXTRACTORS["digits"]().extract(images)["logits"]
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_image_data_format("channels_last")
    np.testing.assert_allclose(logits, expected, atol=1e-4)
