"""The extractors that have a name: what they are, and what they need."""

import os
import pathlib
import runpy
import sys
import types

import keras
import numpy as np
import pytest
from PIL import Image
from scipy import special

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring import Extractor, extractors, references
from keras_gan_zoo.scoring.extractors import (
    backbones,
    classifiers,
    inception,
    registry,
)

DATA = os.environ.get("KERAS_GAN_ZOO_DATA")
ROOT = pathlib.Path(__file__).parents[3]
CLOTHES = pathlib.Path(__file__).with_name("fashion_mnist_test_100.npz")


def resized(images, height, width):
    """Pillow's bicubic in float, channel by channel."""
    planes = np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3])
    planes = [
        Image.fromarray(plane.astype("float32")).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        for plane in planes
    ]
    planes = np.stack([np.asarray(plane) for plane in planes]).clip(0, 255)
    return np.moveaxis(
        planes.reshape(len(images), images.shape[-1], height, width), 1, -1
    )


@pytest.fixture
def photos(rng):
    return rng.integers(0, 256, (3, 40, 30, 3), "uint8")


def test_digits_are_those_that_scores_were_published_with():
    assert extractors.get("digits").sha256.startswith("149cd3ec61b18b4c")


def test_fashion_reads_clothes():
    """The first 100 images of the test set; of all 10,000 it reads 93.6 %."""
    with np.load(CLOTHES) as file:
        images, labels = file["images"], file["labels"]
    outputs = extractors.get("fashion").extract(images)
    assert outputs["features"].shape == (100, 64)
    assert np.mean(outputs["logits"].argmax(axis=1) == labels) >= 0.85


@pytest.mark.skipif(not DATA, reason="KERAS_GAN_ZOO_DATA does not name the full sets")
def test_fashion_reads_nine_of_ten():
    images, labels = datasets.load("fashion_mnist", "test")
    logits = extractors.get("fashion").extract(images, outputs="logits")["logits"]
    assert np.mean(logits.argmax(axis=1) == labels) >= 0.91


@pytest.mark.skipif(not DATA, reason="KERAS_GAN_ZOO_DATA does not name the full sets")
def test_cifar10_reads_its_test_images():
    images, labels = datasets.load("cifar10_jpeg", "test")
    logits = extractors.get("cifar10").extract(images, outputs="logits")["logits"]
    assert np.mean(logits.argmax(axis=1) == labels) >= 0.86


@pytest.mark.parametrize(
    ("reference", "count"),
    [
        ("mnist:test", 10_000),
        ("mnist:train", 60_000),
        ("mnist:train[55000:]", 5_000),
        ("fashion_mnist:test", 10_000),
        ("fashion_mnist:train", 60_000),
        ("fashion_mnist:train[55000:]", 5_000),
        ("cifar10_jpeg:test", 10_000),
        ("cifar10_jpeg:train", 50_000),
        ("cifar10_jpeg:train[45000:]", 5_000),
        ("emoji32:test", 512),
        ("emoji32:train", 3_404),
    ],
)
def test_reference_moments_are_shipped(reference, count):
    dataset, split = reference.split(":", 1)
    extractor = extractors.get(extractors.DEFAULTS[dataset])
    found = references.bundled_reference(reference, extractor)
    assert (found.dataset, found.split, found.num_real) == (dataset, split, count)


def test_small_enough_to_ship():
    for path in pathlib.Path(extractors.__file__).parent.glob("*.weights.h5"):
        assert path.stat().st_size < 1_500_000


def test_small_colour_images_have_an_extractor():
    for dataset in ("cifar10", "cifar10_jpeg", "emoji32", None):
        assert extractors.default_of(dataset, (32, 32, 3)) == "cifar10"
    assert extractors.default_of("mnist", (28, 28, 1)) == "digits"
    assert extractors.default_of(None, (28, 28, 3)) is None


def test_the_extractor_reads_packed_weights(tmp_path, monkeypatch, rng):
    """As `tools/train_extractor.py` packs them."""
    path = tmp_path / "cifar10.weights.h5"
    tool = runpy.run_path(str(ROOT / "tools/train_extractor.py"))
    network = classifiers.classifier_network("cifar10")
    tool["save_packed"](network, path)
    assert path.stat().st_size < 1_500_000
    monkeypatch.setattr(classifiers, "weights_path", lambda name: path)
    images = rng.integers(0, 256, (2, 32, 32, 3), "uint8")
    outputs = registry.cifar10().extract(images, 2)
    expected = network.predict(images, verbose=0)["logits"]
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-4, atol=1e-5)
    assert outputs["features"].shape == (2, 96)
    assert outputs["logits"].shape == (2, 10)


def test_pixels_are_means_of_blocks(rng):
    extractor = extractors.get("pixels")
    images = rng.integers(0, 256, (3, 32, 32, 3), "uint8")
    found = extractor.extract(images)["features"].reshape(3, 16, 16, 3)
    block = images[:, 2:4, 4:6].astype("float64").mean(axis=(1, 2)) / 127.5 - 1
    np.testing.assert_allclose(found[:, 1, 2], block, atol=1e-6)
    assert extractor.extract(images[:, :28, :28, :1])["features"].shape == (3, 196)
    assert extractor.outputs == ("features",)


def test_stacked_digits_are_three_digits():
    images, labels = datasets.load("digits", "test[:300]")
    digits = extractors.get("digits").extract(images)
    stacked = images.reshape(100, 3, 28, 28).transpose(0, 2, 3, 1)
    extractor = extractors.get("stacked_digits")
    outputs = extractor.extract(stacked, batch_size=64)
    a, b, c = (
        special.log_softmax(digits["logits"], axis=1).reshape(100, 3, 10).swapaxes(0, 1)
    )
    joint = a[:, :, None, None] + b[:, None, :, None] + c[:, None, None, :]
    np.testing.assert_allclose(outputs["logits"], joint.reshape(100, 1000), atol=1e-3)
    np.testing.assert_allclose(
        outputs["features"], digits["features"].reshape(100, 192), atol=1e-3
    )
    classes = labels.reshape(100, 3) @ [100, 10, 1]
    assert np.mean(outputs["logits"].argmax(axis=1) == classes) >= 0.97
    with pytest.raises(ValueError, match=r"\(28, 28, 3\)"):
        extractor.extract(images)


@pytest.mark.parametrize("size", [(224, 224), (17, 30), (40, 61), (3, 5)])
def test_bicubic_is_pillows(photos, size):
    x = keras.Input((None, None, 3), dtype="uint8")
    model = keras.Model(x, backbones.BicubicResize(size)(x))
    for images in (photos, photos[:, :13]):
        found = model.predict_on_batch(images)
        np.testing.assert_allclose(found, resized(images, *size), atol=2e-4)


@pytest.mark.parametrize("name", ["ResNet50", "MobileNet", "DenseNet121", "VGG16"])
def test_preprocessing_is_the_networks_own(photos, name):
    module = {"ResNet50": "resnet", "DenseNet121": "densenet"}.get(name, name.lower())
    expected = getattr(keras.applications, module).preprocess_input(
        photos.astype("float32"), data_format="channels_last"
    )
    found = backbones.Preprocess(name)(photos.astype("float32"))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(found), expected, rtol=1e-5, atol=1e-4
    )


def test_keras_applications(photos, tmp_path):
    network = keras.applications.MobileNet(weights=None, classifier_activation=None)
    network.save_weights(tmp_path / "mobile.weights.h5")
    pooling = keras.layers.GlobalAveragePooling2D
    (pool,) = [layer for layer in network.layers if isinstance(layer, pooling)]
    pooled = keras.Model(network.input, pool.output)
    inputs = resized(photos, 224, 224) / 127.5 - 1
    features = pooled.predict(inputs, verbose=0).reshape(3, 1024)
    logits = network.predict(inputs, verbose=0)

    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_image_data_format("channels_first")
    try:
        extractor = extractors.get(
            "keras_applications/MobileNet", weights=tmp_path / "mobile.weights.h5"
        )
        outputs = extractor.extract(photos, batch_size=4)
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_image_data_format("channels_last")
    for name, expected in (("features", features), ("logits", logits)):
        error = np.linalg.norm(outputs[name] - expected) / np.linalg.norm(expected)
        assert error < 1e-4
    facts = extractor.facts((32, 32, 1))
    assert facts["extractor"] == "keras_applications/MobileNet"
    assert facts["channels"] == "grey repeated to 3 channels"
    assert "224x224" in facts["resizing"]


def test_keras_applications_say_what_is_wrong(monkeypatch):
    with pytest.raises(ValueError, match=r"EfficientNetB0.*Received: name='Incepton'"):
        extractors.get("keras_applications/Incepton")
    with pytest.raises(ValueError, match=r"takes the options \['weights'\]"):
        extractors.get("keras_applications/MobileNet", resizer="clean")

    def offline(**kwargs):
        raise Exception("URL fetch failure on https://...")

    monkeypatch.setattr(keras.applications, "MobileNet", offline)
    with pytest.raises(ConnectionError, match="downloaded once, and that failed"):
        extractors.get("keras_applications/MobileNet")


@pytest.fixture
def small_inception(monkeypatch):
    """In the place of the network, which is tested elsewhere, one of its interface."""
    asked = []

    def build(weights, resizer, outputs):
        asked.append((weights, resizer))
        x = keras.Input((None, None, 3), dtype="uint8")
        mean = keras.layers.GlobalAveragePooling2D()(keras.ops.cast(x, "float32"))
        factors = {"2048": 3, "logits_unbiased": 5, "spatial": 6}
        return keras.Model(x, {name: mean * factors[name] for name in outputs})

    monkeypatch.setattr(registry, "InceptionV3FID", build)
    return asked


def test_inception_reads_the_published_outputs(small_inception, photos):
    extractor = extractors.get("inception", weights="local.pth")
    assert small_inception == [("local.pth", "tf1")]
    outputs = extractor.extract(photos)
    mean = photos.mean(axis=(1, 2))
    for name, factor in (("features", 3), ("logits", 5), ("spatial", 6)):
        np.testing.assert_allclose(outputs[name], factor * mean, rtol=1e-4)
    facts = extractor.facts((28, 28, 1))
    assert facts["channels"] == "grey repeated to 3 channels"
    assert facts["resizing"] == "TF1 bilinear to 299, in the network"


def test_other_resizers_have_other_labels(small_inception):
    found = [
        extractors.get("inception", resizer=resizer)
        for resizer in ("tf1", "clean", "torch")
    ]
    assert [extractor.name for extractor in found] == [
        "inception",
        "inception-clean",
        "inception-torch",
    ]
    assert len({extractor.resizing for extractor in found}) == 3
    assert [extractor.preprocessing for extractor in found] == [
        "(x - 128) / 128",
        "(x - 128) / 128",
        "x / 127.5 - 1",
    ]


def test_inception_refuses_what_it_does_not_know(tmp_path):
    with pytest.raises(ValueError, match="Received: resizer='bicubic'"):
        extractors.get("inception", resizer="bicubic")
    with pytest.raises(ValueError, match=r"takes the options \['weights', 'resizer'\]"):
        extractors.get("inception", backbone=None)
    (tmp_path / "weights.pth").write_bytes(b"no weights")
    with pytest.raises(ValueError, match=r"weights\.pth"):
        extractors.get("inception", weights=tmp_path / "weights.pth")


def test_inception_on_a_device(rng, photos):
    """The network itself, with random weights."""
    weights = {}
    for name, shape in inception.SHAPES.items():
        values = rng.standard_normal(shape, "float32") / np.sqrt(np.prod(shape[1:]))
        weights[name] = abs(values) + 0.5 if len(shape) == 1 else values
    extractor = extractors.get("inception", weights=weights)
    outputs = extractor.extract(photos[..., :1], batch_size=4)
    shapes = {name: rows.shape for name, rows in outputs.items()}
    assert shapes == {"features": (3, 2048), "logits": (3, 1008), "spatial": (3, 2023)}
    moved = extractor.on("cpu:0").extract(photos[..., :1], 4, outputs="features")
    error = np.linalg.norm(moved["features"] - outputs["features"])
    assert error < 1e-5 * np.linalg.norm(outputs["features"])


def tiny_backbone():
    keras_hub = pytest.importorskip("keras_hub")  # an extra
    return keras_hub.models.DINOV2Backbone(
        patch_size=14,
        num_layers=2,
        hidden_dim=32,
        num_heads=2,
        intermediate_dim=64,
        image_shape=(56, 56, 3),
        position_embedding_shape=(98, 98, 3),
    )


def test_dinov2_is_the_class_token(photos):
    backbone = tiny_backbone()
    extractor = extractors.get("dinov2_b", backbone=backbone)
    pixels = resized(photos, 56, 56) / 255
    pixels = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    tokens = backbone.predict({"images": pixels.astype("float32")}, verbose=0)
    outputs = extractor.extract(photos, batch_size=2)
    assert set(outputs) == {"features"}
    np.testing.assert_allclose(outputs["features"], tokens[:, 0], atol=1e-4)
    np.testing.assert_allclose(
        extractor.on("cpu:0").extract(photos, batch_size=2)["features"],
        outputs["features"],
        atol=1e-5,
    )
    facts = extractor.facts((32, 32, 3))
    assert (facts["extractor"], facts["channels"]) == ("dinov2_b", "as given")


def test_dinov2_interpolates_positions_as_published():
    """Expected: torch 2.13, `interpolate(scale_factor=4.1 / 7, mode="bicubic")`."""
    backbone = tiny_backbone()
    layer = backbone.embeddings
    rows = np.arange(7.0)[:, None, None] ** 2 + np.zeros((7, 7, 32))
    values = np.concatenate([np.full((1, 32), 5.0), rows.reshape(49, 32)])
    layer.position_embeddings.assign(values[None].astype("float32"))
    backbones.dinov2_model(None, backbone)
    found = keras.ops.convert_to_numpy(layer.interpolated_position_embeddings.value)
    np.testing.assert_allclose(found[0, 0], 5.0)
    grid = found[0, 1:].reshape(4, 4, 32)
    expected = [0.155042, 4.34467, 13.776685, 31.081062]
    for column in range(4):
        np.testing.assert_allclose(grid[:, column, 7], expected, rtol=1e-5)


def test_dinov2_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(ImportError, match=r"pip install 'keras-gan-zoo\[hub\]'"):
        extractors.get("dinov2_l")

    class Backbone:
        @classmethod
        def from_preset(cls, preset, **kwargs):
            raise OSError(f"no route to {preset}")

    hub = types.SimpleNamespace(models=types.SimpleNamespace(DINOV2Backbone=Backbone))
    monkeypatch.setitem(sys.modules, "keras_hub", hub)
    with pytest.raises(ConnectionError, match="no route to dinov2_large"):
        extractors.get("dinov2_l")
    with pytest.raises(ConnectionError, match=r"no route to \./mine"):
        extractors.get("dinov2_b", weights="./mine")


def test_a_configured_application_can_be_sent_to_another_process(photos):
    """By its config and weights, as Ray's workers get it."""
    extractor = extractors.get("keras_applications/MobileNet", weights=None)
    model = extractor.named_model()
    config = keras.saving.serialize_keras_object(model)
    sent = keras.saving.deserialize_keras_object(config)
    sent.set_weights(model.get_weights())
    np.testing.assert_allclose(
        Extractor(sent).extract(photos, 4)["features"],
        extractor.extract(photos, 4)["features"],
        atol=1e-5,
    )
