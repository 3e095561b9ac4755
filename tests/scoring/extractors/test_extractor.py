import keras
import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring import Extractor, extractors, score
from keras_gan_zoo.weights import weights_sha256

from ..conftest import tiny_model


def test_it_is_called_as_a_function(extractor, images):
    outputs = extractor(images)
    assert outputs.keys() == {"features", "logits"}
    np.testing.assert_array_equal(
        outputs["logits"], extractor.extract(images)["logits"]
    )


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


def test_outputs_are_mapped_to_our_names(images):
    x = keras.Input((8, 8, 1))
    pool = keras.layers.Dense(6)(keras.layers.Flatten()(x))
    head = keras.layers.Dense(5)(pool)
    model = keras.Model(x, {"pool": pool, "head": head, "unused": head * 2})
    expected = model.predict(images, verbose=0)
    extractor = Extractor(model, outputs={"spatial": "pool", "logits": "head"})
    assert extractor.outputs == ("logits", "spatial")
    outputs = extractor.extract(images)
    np.testing.assert_allclose(outputs["logits"], expected["head"], atol=1e-3)
    np.testing.assert_allclose(outputs["spatial"], expected["pool"], atol=1e-3)
    with pytest.raises(ValueError, match="must name what the model returns"):
        Extractor(model, outputs={"features": "pol"})
    with pytest.raises(ValueError, match="or be mapped to these"):
        Extractor(model, outputs={"embedding": "pool"})


class Counted(keras.layers.Dense):
    """Counts how often it is traced, or run."""

    calls = 0

    def call(self, inputs):
        Counted.calls += 1
        return super().call(inputs)


def test_only_the_wanted_outputs_are_computed(images):
    x = keras.Input((8, 8, 1))
    features = keras.layers.Dense(6)(keras.layers.Flatten()(x))
    outputs = {"features": features, "logits": Counted(5)(features)}
    extractor = Extractor(keras.Model(x, outputs))
    everything = extractor.extract(images)
    before = Counted.calls
    found = extractor.extract(images, outputs=("features",))
    assert Counted.calls == before
    assert set(found) == {"features"}
    np.testing.assert_array_equal(found["features"], everything["features"])
    assert set(extractor.extract(images, outputs="logits")) == {"logits"}
    assert Counted.calls > before
    for wrong in ("spatial", (), ("features", "fid")):
        with pytest.raises(ValueError, match="has the outputs"):
            extractor.extract(images, outputs=wrong)


def test_features_of_any_rank_become_rows(images):
    x = keras.Input((8, 8, 1))
    extractor = Extractor(
        keras.Model(x, keras.layers.Conv2D(3, 5)(x)), outputs=("features",)
    )
    assert extractor.extract(images)["features"].shape == (120, 4 * 4 * 3)


def test_a_single_output_is_features_and_logits_only_if_that_is_said(images):
    common = {"num_images": None, "verify": False, "verbose": 0}
    model = dense_model(5)
    with pytest.raises(ValueError, match=r"Which output.*outputs=\('logits',\)"):
        score(images, metrics="is", extractor=model, **common)
    assert "fid" in score(images, images, metrics="fid", extractor=model, **common)
    with pytest.raises(ValueError, match="Which output"):
        score(images, images, extractor=model, **common)
    logits = Extractor(model, outputs=("logits",))
    assert "is" in score(images, metrics="is", extractor=logits, **common)
    with pytest.raises(ValueError, match="'fid' reads `features`"):
        score(images, images, extractor=logits, **common)


def test_softmax_is_no_logits(images):
    model = Extractor(dense_model(5, activation="softmax"), outputs=("logits",))
    with pytest.raises(ValueError, match="look like probabilities"):
        score(images, metrics="is", extractor=model, num_images=None, verbose=0)


@pytest.mark.parametrize(
    ("images", "match"),
    [
        (np.zeros((2, 9, 8, 1), "uint8"), r"shape \(8, 8, 1\) and does not resize"),
        (np.zeros((2, 8, 8, 3), "uint8"), r"in colour.*color_mode=\"gr.*\(8, 8, 3\)"),
        (np.zeros((2, 8, 8, 1), "float32"), "uint8"),
        (np.zeros((8, 8, 1), "uint8"), "at least one uint8 image"),
        (np.zeros((0, 8, 8, 1), "uint8"), "at least one"),
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


def test_weights_that_were_trained_on_are_others():
    """The reference is not that of the weights before, nor is the sha256."""
    reals, fakes = np.random.default_rng(0).integers(0, 256, (2, 40, 8, 8, 1), "uint8")
    model = tiny_model()
    extractor, settings = Extractor(model), {"metrics": "fid", "num_images": None}
    before = score(fakes, reals, extractor=extractor, verbose=0, **settings)
    model.set_weights([2 * weight for weight in model.get_weights()])
    after = score(fakes, reals, extractor=extractor, verbose=0, **settings)
    fresh = score(fakes, reals, extractor=Extractor(model), verbose=0, **settings)
    assert after["fid"] == fresh["fid"]
    assert after["fid"] == pytest.approx(4 * before["fid"], rel=1e-3)
    assert after.conditions["extractor_sha256"] == weights_sha256(model)


def test_unknown_extractors_get_numbered_choices():
    for wrong in ("inceptoin", 3, None):
        with pytest.raises(ValueError, match=r"1\) 'digits': The shipped digit"):
            extractors.get(wrong)


def test_only_built_models():
    with pytest.raises(ValueError, match="built Keras model"):
        Extractor(keras.Sequential([keras.layers.Dense(3)]))
    with pytest.raises(ValueError, match=r"built Keras model.*model=7"):
        Extractor(7)
    for make in (Extractor, extractors.get):
        with pytest.raises(ValueError, match=r"built by its first call.*Received"):
            make(Net())


class Net(keras.Model):
    """A model of a class of its own has neither inputs nor outputs."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(3)

    def call(self, images):
        features = keras.ops.mean(images, axis=(1, 2))
        return {"features": features, "logits": self.head(features)}


@pytest.mark.parametrize("make", [Extractor, extractors.get])
def test_models_of_a_class_of_their_own(images, make):
    model = Net(name="net")
    model(images[:2])
    extractor = make(model)
    assert (extractor.name, extractor.outputs) == ("net", ("features", "logits"))
    assert extractor.image_shape == images.shape[1:]
    assert extractor.sha256 == weights_sha256(model)
    found = extractor.extract(images, batch_size=50)
    expected = model.predict(images, verbose=0)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-4)
    moved = extractor.on("cpu:0").extract(images, batch_size=50)
    np.testing.assert_allclose(moved["logits"], found["logits"], rtol=1e-4, atol=1e-4)


def test_options_belong_to_names(extractor):
    with pytest.raises(ValueError, match=r"'digits' takes the options \[\]"):
        extractors.get("digits", resizer="clean")
    with pytest.raises(ValueError, match="Options are for named extractors"):
        extractors.get(extractor, resizer="clean")
    for wrong in ("keras_applications", "keras_applications/", "digits/mnist"):
        with pytest.raises(ValueError, match=r"8\) 'keras_applications/NAME'"):
            extractors.get(wrong)


def colour_model():
    x = keras.Input((None, None, 3))
    mean = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(x, {"features": keras.layers.Dense(4)(mean)})


def test_grey_is_repeated_where_the_extractor_says_so(images):
    strict = Extractor(colour_model())
    with pytest.raises(ValueError, match=r"\(None, None, 3\).*\(8, 8, 1\)"):
        strict.extract(images)
    with pytest.raises(ValueError, match=r"these are grey.*color_mode=\"rgb\""):
        strict.check_shape((8, 8, 1))
    grey = Extractor(strict.model, repeat_grey=True)
    colour = np.repeat(images, 3, axis=-1)
    np.testing.assert_array_equal(
        grey.extract(images)["features"], strict.extract(colour)["features"]
    )
    assert grey.facts((8, 8, 1))["channels"] == "grey repeated to 3 channels"
    assert grey.facts((8, 8, 3))["channels"] == "as given"
    with pytest.raises(ValueError, match="a model with 3 channels"):
        Extractor(tiny_model(), repeat_grey=True)


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_is_flattened_first(channels):
    images = np.zeros((2, 8, 8, channels), "uint8")
    with pytest.raises(ValueError, match="Flatten the alpha channel first"):
        Extractor(colour_model(), repeat_grey=True).extract(images)


def test_facts_name_what_a_score_depends_on():
    extractor = Extractor(
        tiny_model(), name="mine", preprocessing="x / 255", resizing="none"
    )
    assert extractor.facts((8, 8, 1)) == {
        "extractor": "mine",
        "extractor_sha256": extractor.sha256,
        "preprocessing": "x / 255",
        "resizing": "none",
        "channels": "as given",
    }
    assert extractor.precision == "float32"


def statistics_of_colour(images):
    rows = images.reshape(len(images), -1, images.shape[-1]).astype("float64")
    return {"features": rows.mean(axis=1), "logits": rows.std(axis=1), "other": 3}


def test_callables(images):
    colour = np.concatenate([images, 255 - images, images // 2], axis=-1)
    extractor = Extractor(statistics_of_colour, fingerprint="colour@v1")
    assert extractor.outputs == ("features", "logits")
    outputs = extractor.extract(colour, batch_size=50)
    rows = colour.reshape(120, 64, 3)
    assert outputs["features"].dtype == np.float32
    np.testing.assert_allclose(outputs["features"], rows.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(outputs["logits"], rows.std(axis=1), rtol=1e-5)
    assert set(extractor.extract(colour, outputs="logits")) == {"logits"}
    assert extractor.name == "colour@v1"
    # printf colour@v1 | sha256sum
    assert extractor.sha256[:16] == "6d796b50335d5b5e"
    assert extractor.probe.shape == (2, 6)
    assert extractor.facts((8, 8, 3))["extractor"] == "colour@v1"
    assert (extractor.device, extractor.precision) == ("unknown", "unknown")


def test_callables_return_pairs_single_arrays_and_tensors(images):
    def flat(x):
        return x.reshape(len(x), -1)

    def pair(x):
        return keras.ops.convert_to_tensor(flat(x) / 255), [[1, 2]] * len(x)

    grey = {"fingerprint": "v1", "image_shape": (8, 8, 1)}
    outputs = Extractor(pair, **grey).extract(images)
    np.testing.assert_allclose(outputs["features"], flat(images) / 255, rtol=1e-6)
    assert outputs["logits"].shape == (120, 2)
    assert Extractor(flat, outputs=("features",), **grey).outputs == ("features",)
    with pytest.raises(ValueError, match="Which output of the callable"):
        Extractor(flat, **grey).extract(images)
    with pytest.raises(ValueError, match="a row for each image"):
        Extractor(lambda x: flat(x)[:1], outputs=("features",), **grey).extract(images)
    with pytest.raises(ValueError, match=r"\(8, 8, 1\) and does not resize"):
        Extractor(flat, outputs=("features",), **grey).extract(images[:, :7])


def test_callables_name_themselves():
    with pytest.raises(ValueError, match=r"fingerprint='clip-vit-b-32@v1'\)"):
        Extractor(statistics_of_colour)
    with pytest.raises(ValueError, match="A callable needs a fingerprint"):
        extractors.get(statistics_of_colour)
    with pytest.raises(ValueError, match="are for callables"):
        Extractor(tiny_model(), fingerprint="mine@v1")
    extractor = Extractor(statistics_of_colour, fingerprint="colour@v1")
    assert extractors.get(extractor) is extractor
    with pytest.raises(ValueError, match="chooses its device itself"):
        extractor.on("cpu:0")


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
