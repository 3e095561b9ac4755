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
    found = network({"images": X, "labels": Y})
    shapes = {name: tuple(output.shape) for name, output in found.items()}
    assert shapes == {"logits": (3, 1), "classes": (3, 3), "of_labels": (3, 5)}
    assert len(network.get_layer("classes").layer.weights) == 1
    generator = resnet_generator((8, 8, 1), 4, (8, 4), num_classes=3)
    gan = GAN(generator, network, num_classes=3, auxiliaries=[Classification()])
    gan.compile(run_eagerly=True)
    images = np.zeros((8, 8, 8, 1), "uint8")
    logs = gan.fit(images, np.arange(8) % 3, batch_size=4, verbose=0).history
    assert {"d_classification", "g_classification"} <= set(logs)


def test_without_labels():
    network = resnet_discriminator(
        (8, 8, 1),
        (8, 4),
        head=lambda features, labels, style: {
            "logits": heads.logit(features, labels, style),
            "rotations": style.dense(features, 4, "rotations"),
        },
    )
    assert sorted(network(X)) == ["logits", "rotations"]


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
