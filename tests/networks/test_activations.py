"""A sigmoid where logits belong, or that makes images: wherever it is written."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.networks.activations import last_activation

SHAPE = (4, 4, 1)


class Head(layers.Layer):
    """A layer of the user's own."""

    def __init__(self, units, activation):
        super().__init__()
        self.dense = layers.Dense(units)
        self.end = layers.Activation(activation)

    def call(self, x):
        return self.end(self.dense(x))

    def compute_output_shape(self, shape):
        return shape[0], self.dense.units


class Squash(layers.Layer):
    def call(self, x):
        return ops.sigmoid(x)


def half(x):
    return ops.clip(x, 0.0, 0.5)


class Own(keras.Model):
    """A subclass with everything in its `call`."""

    def __init__(self, units, activation, shape=None):
        super().__init__()
        self.flatten = layers.Flatten()
        self.dense = layers.Dense(units)
        self.end = layers.Activation(activation)
        self.shape_up = layers.Reshape(shape or (units,))

    def call(self, x, training=None):
        return self.shape_up(self.end(self.dense(self.flatten(x))))


def sequential(*stack):
    return lambda x: keras.Sequential([keras.Input(x.shape[1:]), *stack])(x)


def nested(end):
    def inside(x):
        inner = keras.Input(x.shape[1:])
        return keras.Model(inner, end(inner), name="inside")(x)

    return inside


#: ways to end in a sigmoid, from features
SIGMOIDS = {
    "on the Dense": lambda x: layers.Dense(1, activation="sigmoid")(x),
    "its function": lambda x: layers.Dense(1, activation=keras.activations.sigmoid)(x),
    "Activation": lambda x: layers.Activation("sigmoid")(layers.Dense(1)(x)),
    "keras.ops": lambda x: ops.sigmoid(layers.Dense(1)(x)),
    "activations": lambda x: keras.activations.sigmoid(layers.Dense(1)(x)),
    "in float32": lambda x: layers.Activation("linear", dtype="float32")(
        layers.Dense(1, activation="sigmoid")(x)
    ),
    "reshaped": lambda x: layers.Reshape((1,))(ops.sigmoid(layers.Dense(1)(x))),
    "dropped out": lambda x: layers.Dropout(0.1)(ops.sigmoid(layers.Dense(1)(x))),
    "Sequential": sequential(layers.Dense(1), layers.Activation("sigmoid")),
    "functional": nested(lambda x: layers.Dense(1, activation="sigmoid")(x)),
    "twice inside": nested(nested(lambda x: ops.sigmoid(layers.Dense(1)(x)))),
    "wrapped": lambda x: layers.SpectralNormalization(
        layers.Dense(1, activation="sigmoid")
    )(x),
    "wrapped by ours": lambda x: kgz.layers.SpectralNormalization(
        layers.Dense(1, activation="sigmoid")
    )(x),
    "Lambda": lambda x: layers.Lambda(lambda x: ops.sigmoid(x))(layers.Dense(1)(x)),
    "layer of one's own": lambda x: Head(1, "sigmoid")(x),
    "own without weights": lambda x: Squash()(layers.Dense(1)(x)),
    "own model": lambda x: Own(1, "sigmoid")(x),
}
#: other activations that are no logits
BOUNDED = {
    **{
        name: lambda x, name=name: layers.Dense(1, activation=name)(x)
        for name in ("hard_sigmoid", "softmax", "tanh", "softplus", "relu")
    },
    "Softmax": lambda x: layers.Softmax()(layers.Dense(1)(x)),
    "own function": lambda x: layers.Dense(1, activation=half)(x),
}
FINE = {
    "Dense": lambda x: layers.Dense(1)(x),
    "linear": lambda x: layers.Activation("linear")(layers.Dense(1)(x)),
    "leaky": lambda x: layers.LeakyReLU(0.2)(layers.Dense(1)(x)),
    "features": lambda x: layers.Dense(1)(layers.Dense(3, activation="sigmoid")(x)),
    "computed": lambda x: ops.tanh(layers.Dense(1)(x)) * 30.0,
    "summed": lambda x: layers.Add()([layers.Dense(1)(x), layers.Dense(1)(x)]),
    "own": lambda x: Own(1, "linear")(x),
    "head": lambda x: Head(1, "linear")(x),
}


def generator(end=lambda x: layers.Dense(16, activation="tanh")(x)):
    z = keras.Input((3,))
    return keras.Model(z, layers.Reshape(SHAPE)(end(z)))


def discriminator(end, heads=False):
    x = keras.Input(SHAPE)
    logits = end(layers.Flatten()(x))
    return keras.Model(x, {"logits": logits} if heads else logits)


@pytest.mark.parametrize("heads", [False, True])
@pytest.mark.parametrize("name", SIGMOIDS)
def test_a_sigmoid_on_the_logits_is_refused_with_the_fix(name, heads):
    network = discriminator(SIGMOIDS[name], heads)
    message = r"must return logits.*`keras.layers.Dense\(1\)`.*Received: logits that"
    with pytest.raises(ValueError, match=message):
        kgz.GAN(generator(), network)


@pytest.mark.parametrize("name", BOUNDED)
def test_so_is_what_else_bounds_them(name):
    with pytest.raises(ValueError, match="must return logits"):
        kgz.GAN(generator(), discriminator(BOUNDED[name]))


@pytest.mark.parametrize("name", FINE)
def test_logits_are_welcome(name):
    kgz.GAN(generator(), discriminator(FINE[name]))


def test_a_sequential_and_a_subclassed_discriminator():
    stack = [
        keras.Input(SHAPE),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
    with pytest.raises(ValueError, match="end in `sigmoid`"):
        kgz.GAN(generator(), keras.Sequential(stack))
    own = Own(1, "sigmoid")
    own(np.zeros((1, *SHAPE), "float32"))
    with pytest.raises(ValueError, match="end in `sigmoid`"):
        kgz.GAN(generator(), own)


def test_the_message_names_the_layer():
    end = layers.Dense(1, activation="sigmoid", name="probability")
    with pytest.raises(ValueError, match=r"`sigmoid` \(layer probability\)"):
        kgz.GAN(generator(), discriminator(end))


def test_a_loss_of_ones_own_may_take_probabilities():
    class OfProbabilities(kgz.losses.LeastSquares):
        of_logits = False

    kgz.GAN(generator(), discriminator(SIGMOIDS["keras.ops"]), loss=OfProbabilities())


@pytest.mark.parametrize(
    "name", ["sigmoid", "relu", "softplus", "hard_sigmoid", "exponential", half]
)
def test_a_generator_that_can_not_draw_black(name):
    stack = [
        keras.Input((3,)),
        layers.Dense(16, activation=name),
        layers.Reshape(SHAPE),
    ]
    own = Own(16, name, SHAPE)
    own(np.zeros((1, 3), "float32"))
    for network in (
        generator(lambda x: layers.Dense(16, activation=name)(x)),
        generator(lambda x: layers.Activation(name)(layers.Dense(16)(x))),
        keras.Sequential(stack),
        own,
    ):
        with pytest.raises(
            ValueError, match=r"in \[-1, 1\].*Rescaling\(2, offset=-1\)"
        ):
            kgz.GAN(network, discriminator(FINE["Dense"]))


@pytest.mark.parametrize(
    "end",
    [
        lambda x: layers.Rescaling(2, offset=-1)(ops.sigmoid(x)),
        lambda x: 2 * ops.sigmoid(x) - 1,
        lambda x: layers.Activation("linear")(x),
        lambda x: ops.clip(x, -1, 1),
        lambda x: ops.sin(x),
        lambda x: layers.Activation("softsign")(x),
    ],
)
def test_a_generator_that_rescales_or_covers_the_range(end):
    network = generator(lambda x: end(layers.Dense(16)(x)))
    kgz.GAN(network, discriminator(FINE["Dense"]))


def test_the_range_is_that_of_the_function():
    x = keras.Input((2,))
    found = last_activation(layers.Dense(1, activation="tanh", name="t")(x))
    assert found == ("tanh", "t", -1.0, 1.0)
    assert last_activation(x) is None
