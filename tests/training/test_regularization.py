"""Regularizers and `add_loss` of a user's networks, against Keras and closed forms.

All latents, images and draws are those of `plain_gan`, so that every term is a number.
"""

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import layers, ops, regularizers

import keras_gan_zoo as kgz

SCHEMES = ["alternating", "simultaneous", "latent_optimization"]


@keras.saving.register_keras_serializable(package="test_regularization")
class Added(layers.Layer):
    """Adds the mean square of what passes, times 0.3, to the loss."""

    def call(self, x):
        self.add_loss(0.3 * ops.mean(ops.square(x)))
        return x

    def compute_output_shape(self, shape):
        return shape


def networks(kind=None, player=None):
    """The networks of a small GAN, one of which has a loss of its own."""

    def dense(units, who, **kwargs):
        mine = {} if who != player else kwargs
        return layers.Dense(units, **mine)

    def term(x, who):
        if who == player and kind == "add_loss":
            return Added()(x)
        if who == player and kind == "nested":
            inner = keras.Input(x.shape[1:])
            return keras.Model(inner, Added()(inner))(x)
        return x

    own = {
        "kernel": {"kernel_regularizer": regularizers.L2(0.1)},
        "bias": {"bias_regularizer": regularizers.L1(0.1)},
        "activity": {"activity_regularizer": regularizers.L2(0.1)},
    }.get(kind, {})
    latents, images = keras.Input((4,)), keras.Input((4, 4, 1))
    x = dense(5, "generator", bias_initializer="ones", **own)(latents)
    x = layers.Dense(16, activation="tanh")(term(x, "generator"))
    h = dense(5, "discriminator", bias_initializer="ones", **own)(
        layers.Flatten()(images)
    )
    h = layers.Dense(1)(layers.LeakyReLU()(term(h, "discriminator")))
    return keras.Model(latents, layers.Reshape((4, 4, 1))(x)), keras.Model(images, h)


def build(kind=None, player=None, rates=(0.1, 0.1), **kwargs):
    keras.utils.set_random_seed(0)
    gan = kgz.GAN(*networks(kind, player), **{"seed": 1, **kwargs})
    rng = np.random.default_rng(7)
    for network in (gan.generator, gan.discriminator):
        for weight in network.trainable_variables:
            weight.assign(0.5 * rng.standard_normal(weight.shape))
    if gan.ema_half_life is not None:
        gan.ema_generator.set_weights(gan.generator.get_weights())
    gan.compile(*map(keras.optimizers.SGD, rates))
    return gan


def first_layer(network):
    dense = next(one for one in network.layers if isinstance(one, layers.Dense))
    return [plain.values(v).astype("float64") for v in dense.trainable_variables]


def by_hand(kind, network, passes):
    """The loss of `networks` and its gradients by the first kernel and bias."""
    kernel, bias = first_layer(network)
    if kind == "kernel":
        return 0.1 * (kernel**2).sum(), 0.2 * kernel, 0 * bias
    if kind == "bias":
        return 0.1 * np.abs(bias).sum(), 0 * kernel, 0.1 * np.sign(bias)
    loss, by_kernel, by_bias = 0.0, 0 * kernel, 0 * bias
    for x in passes:
        h = x @ kernel + bias
        # An activity regularizer is divided by the batch's size, as Keras documents.
        scale = 0.1 / len(x) if kind == "activity" else 0.3 / h.size
        loss += scale * (h**2).sum()
        by_kernel += 2 * scale * x.T @ h
        by_bias += 2 * scale * h.sum(axis=0)
    return loss, by_kernel, by_bias


KINDS = ["kernel", "bias", "activity", "add_loss", "nested"]


@pytest.mark.parametrize("mode", plain.MODES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("scheme", ["alternating", "reversed", "simultaneous"])
def test_a_loss_of_a_network_is_its_players(scheme, player, kind, mode):
    if mode == "compiled" and (scheme != "alternating" or kind in ("bias", "nested")):
        return
    settings = {"update": "alternating" if scheme == "alternating" else "simultaneous"}
    if scheme == "reversed":
        settings["loss"] = "minimax"
    found = {}
    for who in (None, player):
        gan = build(kind, who, **settings)
        found[who] = plain.step(gan, mode, labels=None)
    logs, *updates, _ = found[player]
    without, *before, _ = found[None]
    z = plain.numbers(0, (plain.N, 4), "normal").astype("float64")
    network = getattr(gan, player)
    passes = [z]
    if player == "discriminator":
        made = gan.generator.predict_on_batch(z.astype("float32"))
        passes = [plain.real()[0], made.reshape(plain.N, -1)]
    loss, *gradients = by_hand(kind, network, passes)
    name = f"{player[0]}_regularization"
    assert set(logs) == {*without, name}
    np.testing.assert_allclose(logs[name], loss, rtol=1e-4)
    np.testing.assert_allclose(logs["loss"], without["loss"] + loss, rtol=1e-4)
    np.testing.assert_allclose(logs["d_loss"], without["d_loss"], rtol=1e-4)
    moved = {"discriminator": 0, "generator": 1}[player]
    for i in (0, 1):
        (ours,), (theirs,) = updates[i], before[i]
        ours, theirs = list(ours.values()), list(theirs.values())
        if i == moved:
            theirs[0] = theirs[0] + gradients[0]
            theirs[1] = theirs[1] + gradients[1]
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, atol=2e-5)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("kind", ["kernel", "add_loss"])
def test_it_trains_in_every_scheme(kind, player, scheme):
    gan = build(kind, player, update=scheme, ema_half_life=10)
    history = gan.fit(plain.IMAGES, batch_size=3, epochs=2, verbose=0).history
    total = sum(np.array(history[name]) for name in history if name[1] == "_")
    if scheme != "latent_optimization":  # which adds what its latents' move costs
        np.testing.assert_allclose(history["loss"], total, rtol=1e-4)
    assert min(history[f"{player[0]}_regularization"]) > 0


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_several_updates_count_it_once_each(player):
    """A kernel decays by (1 - 2 * 0.1 * rate) an update, if nothing else moves it."""
    rates = {"generator": (0.1, 0.0), "discriminator": (0.0, 0.1)}[player]
    gan = build("kernel", player, rates, critic_steps=2, generator_steps=3)
    history = gan.fit(plain.IMAGES, batch_size=3, verbose=0).history
    kernel = first_layer(build("kernel", player).discriminator)[0]
    if player == "generator":
        kernel = first_layer(build("kernel", player).generator)[0]
    count = {"generator": 3, "discriminator": 2}[player]
    # The mean over the updates, to first order in the rate.
    decays = 0.98 ** (2 * np.arange(count))
    expected = 0.1 * (kernel**2).sum() * decays.mean()
    found = history[f"{player[0]}_regularization"][0]
    assert found == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("penalty", [kgz.R1(0.1), kgz.GradientPenalty(1.0)])
def test_a_pass_of_a_penalty_is_not_counted(penalty):
    """Neither those at other points, nor the one that R1 shares with the loss twice."""
    gan = build("activity", "discriminator", penalties=[penalty])
    logs, *_ = plain.step(gan, labels=None)
    alone, *_ = plain.step(build("activity", "discriminator"), labels=None)
    np.testing.assert_allclose(
        logs["d_regularization"], alone["d_regularization"], rtol=1e-4
    )


def test_evaluate_counts_it_as_fit_does():
    gan = build("kernel", "generator")
    logs = gan.evaluate(plain.IMAGES, return_dict=True, verbose=0)
    kernel = first_layer(gan.generator)[0]
    assert logs["g_regularization"] == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-4)
    total = logs["d_loss"] + logs["g_loss"] + logs["g_regularization"]
    assert logs["loss"] == pytest.approx(total, rel=1e-4)


def test_a_frozen_weight_is_not_regularized():
    gan = build("kernel", "generator")
    dense = next(x for x in gan.generator.layers if isinstance(x, layers.Dense))
    dense.trainable = False
    gan.compile()
    logs = gan.test_on_batch(plain.IMAGES, return_dict=True)
    assert "g_regularization" not in logs


def test_networks_without_losses_have_no_such_log(tiny_gan, noise):
    history = tiny_gan().fit(noise(8), verbose=0).history
    assert set(history) == {"loss", "d_loss", "g_loss"}


@pytest.mark.parametrize("kind", ["kernel", "add_loss"])
def test_it_survives_a_save(kind, tmp_path):
    gan = build(kind, "discriminator")
    gan.fit(plain.IMAGES, batch_size=3, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    logs = [
        one.fit(plain.IMAGES, batch_size=3, shuffle=False, verbose=0).history
        for one in (gan, loaded)
    ]
    assert logs[0].keys() == logs[1].keys()
    for name, value in logs[0].items():
        np.testing.assert_allclose(logs[1][name], value, rtol=1e-5)


def test_a_file_from_before_these_logs_loads(tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:
        names = kgz.GAN.log_names
        earlier.setattr(kgz.GAN, "log_names", lambda gan: names(gan)[:-2])
        gan = build(None)
        gan.fit(plain.IMAGES, batch_size=3, verbose=0)
        gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for a, b in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(plain.values(a), plain.values(b))
    assert loaded.fit(plain.IMAGES, batch_size=3, verbose=0)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("kind", [None, "kernel", "activity", "add_loss"])
def test_the_names_of_metrics_label_what_evaluate_lists(kind, player):
    gan = build(
        kind, player, penalties=[kgz.R1(1.0)], augmentation=kgz.augmentation.ADA()
    )

    def check():
        expected = gan.evaluate(plain.IMAGES, batch_size=6, return_dict=True, verbose=0)
        listed = gan.evaluate(plain.IMAGES, batch_size=6, verbose=0)
        assert set(gan.metrics_names) == set(expected)
        assert len(gan.metrics_names) == len(listed)

    named = gan.metrics_names
    check()
    if kind != "add_loss":  # is known once it has been called
        assert gan.metrics_names == named
    gan.fit(plain.IMAGES, batch_size=3, verbose=0)
    check()


def test_each_value_of_evaluate_has_its_name():
    gan = build("kernel", "generator", penalties=[kgz.R1(1.0)], rates=(0.0, 0.0))
    gan.fit(plain.IMAGES, batch_size=3, verbose=0)
    listed = gan.evaluate(plain.IMAGES, batch_size=6, verbose=0)
    found = dict(zip(gan.metrics_names, listed, strict=True))
    terms = [found[name] for name in found if name != "loss"]
    np.testing.assert_allclose(found["loss"], sum(terms), rtol=1e-5)
    kernel = first_layer(gan.generator)[0]
    np.testing.assert_allclose(
        found["g_regularization"], 0.1 * (kernel**2).sum(), rtol=1e-5
    )
