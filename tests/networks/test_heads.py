import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo import GAN
from keras_gan_zoo.auxiliaries import Classification
from keras_gan_zoo.networks import heads, resnet_discriminator, resnet_generator
from keras_gan_zoo.networks.blocks import Style, orthogonal

X = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype("float32")
Y = np.array([0, 2, 1], "int32")


def classes(features, labels, style):
    return {
        "logits": heads.logit(features, labels, style),
        "classes": style.dense(features, 3, "classes", use_bias=False, dtype="float32"),
        "of_labels": style.embedding(labels, 3, 5, "of_labels"),
    }


def test_a_head_of_ones_own():
    network = resnet_discriminator((8, 8, 1), (8, 4), num_classes=3, head=classes)
    shapes = {name: tuple(output.shape[1:]) for name, output in network.output.items()}
    assert shapes == {"logits": (1,), "classes": (3,), "of_labels": (5,)}
    assert sorted(network.input) == ["images", "labels"]
    assert len(network.get_layer("classes").layer.weights) == 1
    generator = resnet_generator((8, 8, 1), 4, (8, 4), num_classes=3)
    gan = GAN(generator, network, num_classes=3, auxiliaries=[Classification()])
    assert "d_classification" in gan.log_names()


def test_without_labels():
    network = resnet_discriminator(
        (8, 8, 1),
        (8, 4),
        head=lambda features, labels, style: {
            "logits": heads.logit(features, labels, style),
            "rotations": style.dense(features, 4, "rotations"),
        },
    )
    assert sorted(network.output) == ["logits", "rotations"]


def test_style():
    style = Style(orthogonal, spectral=True, epsilon=1e-6)
    x = layers.Input((4, 4, 3))
    style.convolution(x, 27, 3, "c", gain=2.0, use_bias=False)
    layer = style.normalized(layers.Dense(6, name="d", kernel_initializer=orthogonal()))
    assert layer.epsilon == 1e-6
    layer.build((None, 4))
    kernel = ops.convert_to_numpy(layer.layer.kernel)
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(4), atol=1e-5)
    plain = layers.Dense(3)
    assert Style().normalized(plain) is plain


def judged(head, num_classes=None):
    """Outputs and features for X, and the network."""
    network = resnet_discriminator(
        (8, 8, 1), (8, 4), num_classes=num_classes, head=head
    )
    given = X if num_classes is None else {"images": X, "labels": Y}
    features = keras.Model(network.input, network.get_layer("features").output)(given)
    found = network(given)
    found = found if isinstance(found, dict) else {"logits": found}
    found = {name: ops.convert_to_numpy(value) for name, value in found.items()}
    return found, ops.convert_to_numpy(features), network


def linear(features, layer):
    """A spectrally normalized layer, written out."""
    kernel, u, v = (
        ops.convert_to_numpy(w) for w in (layer.layer.kernel, layer.u, layer.v)
    )
    bias = 0.0 if layer.layer.bias is None else ops.convert_to_numpy(layer.layer.bias)
    return features @ kernel / (v @ kernel @ u) + bias


def close(found, expected):
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_classifiers():
    found, features, network = judged(heads.classifier(5, twin=True))
    assert sorted(found) == ["classes", "logits", "twin_classes"]
    for name in ("classes", "twin_classes"):
        layer = network.get_layer(name)
        assert not layer.layer.use_bias
        close(found[name], linear(features, layer))
    close(found["logits"], linear(features, network.get_layer("logit")))
    assert sorted(judged(heads.classifier(5))[0]) == ["classes", "logits"]


def test_class_embedding():
    found, features, network = judged(heads.class_embedding(3, 6), 3)
    embedding = linear(features, network.get_layer("embedding"))
    table = ops.convert_to_numpy(network.get_layer("proxy").layer.embeddings)[Y]
    for name, rows in (("embedding", embedding), ("proxy", table)):
        close(found[name], rows / np.linalg.norm(rows, axis=1, keepdims=True))
    close(found["logits"], linear(features, network.get_layer("logit")))


def test_own_logit():
    found, features, network = judged(heads.own_logit(3), 3)
    each = linear(features, network.get_layer("logit"))
    close(found["logits"], np.array([[each[i, y]] for i, y in enumerate(Y)]))


def test_multi_class():
    found, features, network = judged(heads.multi_class(3))
    scores = linear(features, network.get_layer("classes"))
    close(found["classes"], scores)
    close(found["features"], features)
    close(found["logits"], scores[:, :3].max(1, keepdims=True) - scores[:, 3:])
