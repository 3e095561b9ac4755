"""The Inception network beside pytorch-fid's and torch-fidelity's, on equal weights."""

import hashlib

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo.scoring import cluster, extractors
from keras_gan_zoo.scoring.extractors import inception, resize
from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID
from keras_gan_zoo.weights import weights_sha256

torch = pytest.importorskip("torch")
from peers import import_peer  # noqa: E402

SIZES = [(28, 28), (32, 32), (48, 64), (299, 299), (400, 320)]
TOLERANCE = 2e-5  # of the Euclidean norm


@pytest.fixture(scope="module")
def weights():
    """Random, of a scale that neither explodes nor dies out over the layers."""
    rng = np.random.default_rng(0)

    def draw(name, shape):
        if name.endswith("conv.weight"):
            return rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)
        if name.endswith("running_var"):
            return rng.uniform(0.5, 1.5, shape)
        if name.endswith("bn.weight"):
            return rng.uniform(0.8, 1.2, shape)
        return rng.normal(0, 0.02 if name == "fc.weight" else 0.1, shape)

    return {
        name: draw(name, shape).astype("float32")
        for name, shape in inception.SHAPES.items()
    }


@pytest.fixture(scope="module")
def state_dict(weights):
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    counters = {
        name.replace("running_var", "num_batches_tracked"): torch.tensor(0)
        for name in tensors
        if name.endswith("running_var")
    }
    return {**tensors, **counters}


@pytest.fixture(scope="module")
def file(state_dict, tmp_path_factory):
    """The weights in torch's old format, as they are published."""
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(state_dict, path, _use_new_zipfile_serialization=False)
    return path


@pytest.fixture(scope="module")
def torch_fidelity(file):
    """uint8 images -> dict of arrays, by torch-fidelity."""
    peer = import_peer("torch_fidelity.feature_extractor_inceptionv3")
    names = ("64", "192", "768", "2048", "logits_unbiased", "logits")
    network = peer.FeatureExtractorInceptionV3("peer", list(names), str(file))
    kept = {}
    network.Mixed_6d.branch1x1.register_forward_hook(
        lambda module, inputs, output: kept.update(spatial=output)
    )

    def run(images):
        with torch.no_grad():
            outputs = network(channels_first(images))
        # guided-diffusion: `mixed_6/conv:0` of the graph, [..., :7], flattened
        spatial = kept.pop("spatial").permute(0, 2, 3, 1)[..., :7].reshape(-1, 2023)
        outputs = {**dict(zip(names, outputs, strict=True)), "spatial": spatial}
        return {name: output.numpy() for name, output in outputs.items()}

    return run


@pytest.fixture(scope="module")
def pytorch_fid(state_dict):
    """uint8 images -> dict of arrays, by pytorch-fid."""
    peer = import_peer("pytorch_fid.inception")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peer, "load_state_dict_from_url", lambda *_, **__: state_dict)
        network = peer.InceptionV3(output_blocks=(0, 1, 2, 3)).eval()

    def run(images):
        with torch.no_grad():
            outputs = network(channels_first(images).float() / 255)
        names = ("64", "192", "768", "2048")
        return {
            name: output.mean((2, 3)).numpy()
            for name, output in zip(names, outputs, strict=True)
        }

    return run


@pytest.fixture(scope="module")
def model(file):
    return InceptionV3FID(file)


def channels_first(images):
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def some_images(*size, n=2):
    """Half noise, half smooth."""
    rng = np.random.default_rng(sum(size))
    images = rng.integers(0, 256, (n, *size, 3), "uint8")
    ramp = np.linspace(0, 255, size[1])[None, :, None] * [1.0, 0.5, 0.0]
    images[::2] = ramp + 20 * np.sin(np.arange(size[0]) / 3)[:, None, None] + 20
    return images


def arrays(outputs):
    return {name: keras.ops.convert_to_numpy(x) for name, x in outputs.items()}


def assert_equal(ours, theirs):
    for name, expected in theirs.items():
        assert ours[name].shape == expected.shape
        assert ours[name].dtype == np.float32
        error = np.linalg.norm(ours[name] - expected) / np.linalg.norm(expected)
        assert error <= TOLERANCE, f"{name}: {error:.1e}"


# === Equality ===


@pytest.mark.parametrize("size", SIZES)
def test_equals_torch_fidelity(size, model, torch_fidelity):
    images = some_images(*size)
    ours = arrays(model(images))
    assert set(ours) == set(inception.OUTPUTS)
    assert_equal(ours, torch_fidelity(images))


@pytest.fixture(scope="module")
def torch_model(weights):
    return InceptionV3FID(weights, resizer="torch")


@pytest.mark.parametrize("size", SIZES)
def test_equals_pytorch_fid(size, torch_model, pytorch_fid):
    images = some_images(*size)
    assert_equal(arrays(torch_model(images)), pytorch_fid(images))


def test_clean_equals_images_that_pil_resized(weights, model):
    """At 299x299 `tf1` resizes nothing, so that it can tell what `clean` does."""
    images = some_images(40, 56)
    resized = clean_fid(images)
    clean = InceptionV3FID(weights, "clean", outputs="64")
    ours = arrays(clean(images))["64"]
    rounded = arrays(model(resized.round().astype("uint8")))["64"]
    assert np.linalg.norm(ours - rounded) < 0.02 * np.linalg.norm(rounded)


def test_predict_gives_the_same(model, torch_fidelity):
    images = some_images(32, 32, n=3)
    assert_equal(model.predict_on_batch(images), torch_fidelity(images))


def test_a_tensor_and_a_single_image(model, torch_fidelity):
    images = some_images(32, 32)
    tensor = keras.ops.convert_to_tensor(images[:1], "uint8")
    assert_equal(arrays(model(tensor)), torch_fidelity(images[:1]))


def test_float32_and_its_own_layout_whatever_the_settings(weights, torch_fidelity):
    images = some_images(32, 32)
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_image_data_format("channels_first")
    try:
        ours = arrays(InceptionV3FID(weights)(images))
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_image_data_format("channels_last")
    assert_equal(ours, torch_fidelity(images))


# === Resizing ===


def clean_fid(images):
    """As clean-fid: PIL in mode F, channel by channel, then clipped."""

    def resized(channel):
        image = Image.fromarray(channel.astype("float32"), mode="F")
        return np.asarray(image.resize((299, 299), Image.Resampling.BICUBIC))

    images = [[resized(image[..., i]) for i in range(3)] for image in images]
    return np.stack(images).transpose(0, 2, 3, 1).clip(0, 255)


def ours(images, resizer):
    """Our resized images in grey levels."""
    x = keras.ops.convert_to_numpy(resize.resize(images, resizer))
    return x.astype("float64") * 128 + 128 if resizer != "torch" else (x + 1.0) * 127.5


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (600, 130), (1024, 1025)])
def test_resizers(size):
    images = some_images(*size)
    tensor = channels_first(images).float()
    tf1 = import_peer("torch_fidelity.interpolate_compat_tensorflow")
    tf1 = tf1.interpolate_bilinear_2d_like_tensorflow1x(
        tensor, size=(299, 299), align_corners=False
    )
    bilinear = torch.nn.functional.interpolate(
        tensor, (299, 299), mode="bilinear", align_corners=False
    )
    expected = {
        "tf1": tf1.permute(0, 2, 3, 1),
        "torch": bilinear.permute(0, 2, 3, 1),
        "clean": clean_fid(images),
    }
    # float32 places a pixel to 1e-7 of the side; neighbours differ by up to 255.
    tolerance = 1e-3 + 2e-5 * max(size)
    for resizer in resize.RESIZERS:
        np.testing.assert_allclose(
            ours(images, resizer), expected[resizer], atol=tolerance, err_msg=resizer
        )


# === Outputs, arguments ===


@pytest.mark.parametrize(
    "outputs", ["64", ("192",), ["spatial", "64"], ("logits_unbiased", "2048")]
)
def test_only_the_outputs_that_are_wanted(outputs, weights, torch_fidelity):
    images = some_images(32, 32, n=1)
    names = [outputs] if isinstance(outputs, str) else list(outputs)
    ours = arrays(InceptionV3FID(weights, outputs=outputs)(images))
    expected = torch_fidelity(images)
    assert set(ours) == set(names)
    assert_equal(ours, {name: expected[name] for name in names})


def test_what_names_a_model(file, weights, model):
    other = InceptionV3FID(weights, resizer="clean", outputs="64")
    assert weights_sha256(other) == weights_sha256(model)
    assert (model.resizer, other.resizer) == ("tf1", "clean")
    assert model.source_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert other.source_sha256 is None


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"resizer": "bilinear"}, r"one of \['tf1', 'clean', 'torch'\].*'bilinear'"),
        ({"resizer": None}, "resizer=None"),
        ({"outputs": ()}, r"one or more of \['64'.*outputs=\(\)"),
        ({"outputs": "features"}, r"outputs=\('features',\)"),
    ],
)
def test_wrong_arguments(kwargs, match, weights):
    with pytest.raises(ValueError, match=match):
        InceptionV3FID(weights, **kwargs)


def test_only_uint8_colour_images(model):
    with pytest.raises(ValueError, match=r"takes uint8 images.*dtype float32"):
        model(np.zeros((1, 32, 32, 3), "float32"))
    with pytest.raises(ValueError, match=r"takes uint8 images.*shape \(1, 32, 32, 1\)"):
        model(np.zeros((1, 32, 32, 1), "uint8"))


def test_travels_to_a_worker(file):
    """One of own weights has no name by which a worker could find it."""
    ours = extractors.get("inception", weights=str(file), resizer="clean")
    theirs = cluster._unpack_extractor(cluster._pack_extractor(ours))
    assert theirs.sha256 == ours.sha256
    images = some_images(32, 32)
    found, expected = theirs.extract(images, 2), ours.extract(images, 2)
    for name in ours.outputs:
        np.testing.assert_array_equal(found[name], expected[name])
    assert theirs.facts((32, 32, 1))["channels"] == "grey repeated to 3 channels"
