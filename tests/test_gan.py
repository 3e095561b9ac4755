"""What a user of `fit` sees, on the backend in use."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from same import assert_same, values
from scipy import stats

import keras_gan_zoo as kgz


def wgan_gp(**kwargs):
    return kgz.WGANGP(
        image_shape=(8, 8, 1),
        latent_dim=4,
        generator_widths=(8,),
        discriminator_widths=(8,),
        **{"seed": 5, "ema_half_life": 100, **kwargs},
    )


def test_wgan_gp_trains_through_fit(noise):
    gan = wgan_gp()
    gan.compile(discriminator_optimizer=keras.optimizers.Adam(1e-2, 0.0, 0.9))
    generator, discriminator = (
        values(gan.generator.weights),
        values(gan.discriminator.weights),
    )
    history = gan.fit(noise(100), batch_size=5, epochs=2, verbose=0).history
    assert set(history) == {
        "loss",
        "d_loss",
        "g_loss",
        "gradient_penalty",
        "wasserstein_distance",
    }
    assert np.isfinite(list(history.values())).all()
    # The estimate grows while the critic learns to tell noise from nothing.
    assert history["wasserstein_distance"][1] > history["wasserstein_distance"][0]
    np.testing.assert_allclose(
        history["wasserstein_distance"], -np.array(history["d_loss"]), rtol=1e-5
    )
    for before, model in (
        (generator, gan.generator),
        (discriminator, gan.discriminator),
    ):
        assert any(
            (a != b).any() for a, b in zip(before, values(model.weights), strict=True)
        )
    # 100 images, 5 critic steps of 5: 4 iterations an epoch.
    assert int(gan.optimizer.iterations) == 8
    assert int(gan.optimizer.discriminator_optimizer.iterations) == 40


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains(policy, noise):
    keras.config.set_dtype_policy(policy)
    try:
        gan = wgan_gp(critic_steps=2)
    finally:
        keras.config.set_dtype_policy("float32")
    gan.compile()
    # A first float16 step may only lower the loss scale.
    history = gan.fit(noise(), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"][-1])
    assert gan.discriminator.trainable_variables[0].dtype == "float32"
    assert gan.generate(2, seed=1).dtype == "uint8"


def test_evaluate_gives_the_logs_and_changes_nothing(tiny_gan, noise):
    gan = tiny_gan(penalties=[kgz.R1(1.0)])
    before = values(gan.weights)
    logs = gan.evaluate(noise(), batch_size=8, return_dict=True, verbose=0)
    assert set(logs) == {"loss", "d_loss", "g_loss", "r1_penalty"}
    for a, b in zip(before, values(gan.weights), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "method", ["fit", "evaluate", "train_on_batch", "test_on_batch"]
)
def test_training_takes_a_compiled_gan(method, tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    with pytest.raises(ValueError, match=r"must call `compile\(\)`"):
        getattr(gan, method)(noise(4))


def test_validation_and_callbacks_as_in_keras(tiny_gan, noise):
    gan = tiny_gan()
    history = gan.fit(
        noise(),
        batch_size=8,
        epochs=3,
        validation_split=0.25,
        callbacks=[keras.callbacks.EarlyStopping("val_g_loss", mode="min")],
        verbose=0,
    ).history
    logs = {"loss", "d_loss", "g_loss"}
    assert set(history) == logs | {f"val_{name}" for name in logs}


def test_predict_is_float_in_range_and_generate_does_not_depend_on_batches(tiny_gan):
    gan = tiny_gan()
    latents = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")
    images = gan.predict(latents, verbose=0)
    assert images.shape == (5, 8, 8, 1)
    assert images.dtype == "float32"
    assert np.abs(images).max() <= 1
    whole = gan.generate(10, seed=7)
    assert whole.dtype == "uint8"
    np.testing.assert_array_equal(whole, gan.generate(10, seed=7, batch_size=3))
    np.testing.assert_array_equal(whole[6:], gan.generate(4, seed=7, start=6))
    assert (gan.generate(10) != gan.generate(10)).any()


def test_config_round_trip(tiny_gan):
    gan = tiny_gan(loss="hinge", penalties=[kgz.R1(2.0)], ema_half_life=10)
    copy = kgz.GAN.from_config(gan.get_config())
    assert copy.get_config() == gan.get_config()
    copy.generator.set_weights(gan.generator.get_weights())
    np.testing.assert_array_equal(
        copy.generate(2, seed=1, use_ema=False), gan.generate(2, seed=1, use_ema=False)
    )


def test_a_loss_and_a_penalty_of_ones_own(noise, tiny_gan, tmp_path):
    @keras.saving.register_keras_serializable(package="test_gan")
    class Squared(kgz.losses.AdversarialLoss):
        def discriminator_loss(self, real_logits, fake_logits):
            return ops.mean(ops.square(real_logits - fake_logits))

        def generator_loss(self, fake_logits):
            return ops.mean(ops.square(fake_logits))

    gan = tiny_gan(loss=Squared())
    gan.fit(noise(), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(loaded.objective, Squared)


def test_seed_none_follows_keras(tiny_gan):
    keras.utils.set_random_seed(4)
    first = tiny_gan(seed=None).seed
    keras.utils.set_random_seed(4)
    assert tiny_gan(seed=None).seed == first
    assert tiny_gan(seed=None).seed != first


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="the other backends compile by XLA"
)
def test_a_step_that_torch_cannot_compile_is_refused(tiny_gan):
    gan = tiny_gan()
    with pytest.raises(ValueError, match=r"Received: jit_compile=True"):
        gan.compile(jit_compile=True)
    gan.compile(jit_compile=False)


def convolutions_last():
    """A generator whose last layer has one filter, channels last, as in tutorials."""
    latents = layers.Input((4,), name="latents")
    x = layers.Reshape((8, 8, 3))(layers.Dense(192)(latents))
    made = layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    return keras.Model(latents, made, name="generator")


@pytest.mark.parametrize("policy", ["float32", "float64", "bfloat16"])
def test_a_batch_of_one_image_under_a_penalty(policy, noise):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        images = layers.Input((8, 8, 1), name="images")
        x = layers.LeakyReLU()(layers.Conv2D(3, 3)(images))
        logits = layers.Conv2D(1, 3)(x)
        gan = kgz.GAN(
            convolutions_last(), keras.Model(images, logits), penalties=["r1"]
        )
    finally:
        keras.config.set_dtype_policy(before)
    gan.compile()
    logs = gan.fit(noise(3), batch_size=2, verbose=0).history
    assert np.isfinite(logs["loss"]).all()


def test_summary_shows_both_networks(tiny_gan, capsys):
    tiny_gan().summary()
    text = capsys.readouterr().out
    assert "generator" in text
    assert "discriminator" in text


# === What is not a whole number of steps, and other settings ===


@pytest.mark.parametrize("name", ["critic_steps", "generator_steps", "num_classes"])
@pytest.mark.parametrize("value", [1.5, 0, -1, "2", True])
def test_counts_are_whole_numbers(name, value, tiny_gan):
    with pytest.raises(ValueError, match=rf"`{name}` must be .*Received: {name}="):
        tiny_gan(**{name: value})


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"label_distribution": "data"}, "is for conditional GANs"),
        ({"label_names": ["a"]}, "is for conditional GANs"),
        ({"label_names": "cat"}, "`label_names` must be a list .*Received.*'cat'"),
        ({"label_names": [0, 1]}, "`label_names` must be a list"),
        ({"latents": kgz.latents.Latents(normal=5)}, "of the size that"),
        ({"latents": {"normal": 4}}, r"."),
        (
            {
                "latents": kgz.latents.Latents(normal=4),
                "latent_distribution": "uniform",
            },
            "leave `latent_distribution` out",
        ),
    ],
)
def test_settings_that_do_not_go_together(kwargs, message, tiny_gan):
    with pytest.raises((ValueError, TypeError), match=message):
        tiny_gan(**kwargs)


def test_names_are_one_a_class(conditional_gan):
    with pytest.raises(ValueError, match=r"a name for each class.*2 names"):
        conditional_gan(label_names=("ant", "bee"))


# === Labels ===


def test_image_i_of_a_seed_keeps_its_latent_and_its_label(conditional_gan):
    gan = conditional_gan()
    whole = gan.generate(12, seed=7)
    np.testing.assert_array_equal(whole, gan.generate(12, seed=7, batch_size=5))
    np.testing.assert_array_equal(whole[:5], gan.generate(5, seed=7))
    np.testing.assert_array_equal(whole[4:], gan.generate(8, seed=7, start=4))
    drawn = kgz.latents.draw_labels(12, 3, seed=7)
    np.testing.assert_array_equal(whole, gan.generate(12, seed=7, labels=drawn))
    for label in range(3):
        given = gan.generate(12, seed=7, labels=label)
        same = (given == whole).all(axis=(1, 2, 3))
        np.testing.assert_array_equal(same, drawn == label)


@pytest.mark.parametrize("labels", [[0, 1], 3, -1, 0.5, np.eye(4)[:3], "ant"])
def test_bad_labels_to_generate(labels, conditional_gan):
    with pytest.raises(ValueError, match=r"`labels` must .*Received"):
        conditional_gan().generate(3, labels=labels)


def test_labels_as_often_as_in_the_data(conditional_gan, noise, tmp_path):
    gan = conditional_gan(label_distribution="data")
    # Before any image is seen, all are as likely.
    equal = kgz.latents.draw_labels(8, 3, seed=1)
    np.testing.assert_array_equal(
        gan.generate(8, seed=1), gan.generate(8, seed=1, labels=equal)
    )
    y = np.array([0] * 4 + [2] * 12)
    gan.fit(noise(16), y, batch_size=8, epochs=2, verbose=0)
    np.testing.assert_array_equal(ops.convert_to_numpy(gan.label_counts), [8, 0, 24])
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(gan.generate(8, seed=1), loaded.generate(8, seed=1))

    made = []
    predict = gan.predict_on_batch
    gan.predict_on_batch = lambda inputs: made.append(inputs) or predict(inputs)
    gan.generate(1024, seed=2)
    drawn = np.concatenate([inputs["labels"] for inputs in made])
    counts = np.bincount(drawn, minlength=3)
    assert counts[1] == 0
    assert stats.chisquare(counts[[0, 2]], [256, 768]).pvalue > 0.01


# === Codes ===


def test_info_gan_through_fit(noise, tmp_path):
    latents = kgz.latents.Latents(normal=4, uniform=1, categorical=(3,))
    images = keras.Input((8, 8, 1))
    h = keras.layers.Dense(8, activation="relu")(keras.layers.Flatten()(images))
    heads = {"logits": keras.layers.Dense(1)(h), "codes": keras.layers.Dense(4)(h)}
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=8, widths=(8,)),
        keras.Model(images, heads),
        latents=latents,
        auxiliaries=[kgz.auxiliaries.Information(continuous=1, categorical=(3,))],
        seed=1,
    )
    gan.compile()
    history = gan.fit(noise(16), batch_size=8, verbose=0).history
    assert {"d_information", "g_information"} < set(history)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.latents == latents
    np.testing.assert_array_equal(gan.generate(4, seed=1), loaded.generate(4, seed=1))


# === Names of variables, export ===


def clashing(**kwargs):
    """Two networks whose layers have the same names."""
    latents, images = keras.Input((4,)), keras.Input((8, 8, 1))
    x = keras.layers.Dense(64, name="dense", activation="tanh")(latents)
    x = keras.layers.BatchNormalization(name="norm")(x)
    h = keras.layers.Flatten()(images)
    gan = kgz.GAN(
        keras.Model(latents, keras.layers.Reshape((8, 8, 1))(x)),
        keras.Model(images, keras.layers.Dense(1, name="dense")(h)),
        **{"seed": 1, "ema_half_life": 100, "name": "gan", **kwargs},
    )
    gan.compile(*(keras.optimizers.Adam(name="adam") for _ in range(2)))
    return gan


@pytest.mark.parametrize(
    "build",
    [
        clashing,
        lambda: kgz.DCGAN(
            image_shape=(8, 8, 1), generator_widths=(8, 4), ema_half_life=10
        ),
        lambda: kgz.ProjectionGAN(
            image_shape=(8, 8, 1), num_classes=3, generator_widths=(4,)
        ),
    ],
)
def test_each_variable_has_a_path_of_its_own(build, noise):
    gan = build()
    gan.compile()
    groups = (
        [*gan.variables, *gan.metrics_variables],
        gan.optimizer.variables,
        [v for layer in gan.layers for v in layer.weights],  # TensorBoard's histograms
    )
    for variables in groups:
        paths = [v.path for v in variables]
        assert len(set(paths)) == len(paths)
    again = kgz.GAN(gan.generator, gan.discriminator, num_classes=gan.num_classes)
    assert [v.path for v in again.generator.variables] == [
        v.path for v in gan.generator.variables
    ]


def test_the_state_tree_goes_out_and_in(noise):
    gan, other = clashing(), clashing(seed=2)
    gan.fit(noise(), batch_size=8, verbose=0)
    other.fit(noise(8), batch_size=8, verbose=0)
    tree = gan.get_state_tree("numpy_array")
    assert {"generator", "discriminator"} <= set(tree["trainable_variables"])
    other.set_state_tree(tree)
    assert_same(gan.variables, other.variables)
    assert_same(gan.optimizer.variables, other.optimizer.variables)


@pytest.mark.parametrize("half_life", [None, 50])
def test_export_is_that_of_the_generator_that_generate_uses(half_life, tmp_path):
    gan = clashing(ema_half_life=half_life)
    called = []

    def export(*args, **kwargs):
        assert gan.ema_generator._called  # or Keras' ONNX refuses
        called.append((args, kwargs))

    gan.ema_generator.export = export
    gan.export(tmp_path / "gan", "onnx", verbose=False)
    assert called == [((tmp_path / "gan", "onnx"), {"verbose": False})]
    assert (gan.ema_generator is gan.generator) == (half_life is None)


@pytest.mark.parametrize("conditional", [False, True])
def test_an_exported_gan_serves(conditional, conditional_gan, noise, tmp_path):
    if keras.backend.backend() == "torch":  # whose SavedModels take torch_xla
        return
    tf = pytest.importorskip("tensorflow")
    gan = conditional_gan() if conditional else clashing()
    inputs = gan.sample_latents(3, seed=1)
    if conditional:
        inputs = {"latents": inputs, "labels": np.arange(3, dtype="int32")}
    else:
        gan.fit(noise(), batch_size=8, verbose=0)
    gan.export(tmp_path / "gan", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "gan"))
    np.testing.assert_allclose(
        np.asarray(served.serve(inputs)), gan.predict(inputs, verbose=0), atol=1e-5
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 2.5),
        ("batch_size", "4"),
        ("batch_size", 0),
        ("validation_batch_size", 2.5),
        ("validation_freq", 0),
        ("validation_freq", None),
        ("steps_per_epoch", -1),
        ("steps_per_epoch", 0),
        ("validation_steps", -1),
        ("epochs", -1),
        ("epochs", "3"),
        ("initial_epoch", -1),
    ],
)
def test_what_counts_is_whole(tiny_gan, noise, name, value):
    images = noise(8)
    with pytest.raises(
        ValueError, match=f"`{name}` must be a whole.*Received: {name}="
    ):
        tiny_gan().fit(images, validation_data=images, verbose=0, **{name: value})
    if name == "steps_per_epoch":
        with pytest.raises(ValueError, match="`steps` must be a whole number"):
            tiny_gan().evaluate(images, steps=value, verbose=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("critic_steps", 3),
        ("generator_steps", 2),
        ("update", "simultaneous"),
        ("ema_half_life", 10),
        ("latent_distribution", "uniform"),
        ("penalties", []),
    ],
)
def test_a_setting_that_is_changed_takes_another_compile(tiny_gan, noise, name, value):
    gan = tiny_gan(penalties=[kgz.R1(1.0)], ema_half_life=5)
    gan.fit(noise(6), batch_size=2, verbose=0)
    setattr(gan, name, value)
    for train in (gan.fit, gan.evaluate, gan.train_on_batch, gan.test_on_batch):
        with pytest.raises(ValueError, match=rf"`gan.compile\(\)` again.*{name}="):
            train(noise(6))
    gan.compile()
    steps = gan.optimizer.discriminator_optimizer.iterations
    gan.fit(noise(6), batch_size=2, verbose=0)
    assert int(steps) == 3


def test_the_weight_of_a_penalty_is_a_setting_too(tiny_gan, noise):
    gan = tiny_gan(penalties=[kgz.R1(1.0)])
    gan.train_on_batch(noise(4))
    before = gan.test_on_batch(noise(4), return_dict=True)["r1_penalty"]
    gan.penalties[0].weight = 4.0
    with pytest.raises(ValueError, match=r"Received: penalties=.*since"):
        gan.train_on_batch(noise(4))
    gan.compile()
    after = gan.test_on_batch(noise(4), return_dict=True)["r1_penalty"]
    np.testing.assert_allclose(after, 4 * before, rtol=1e-4)


@pytest.mark.once
def test_settings_that_are_changed_are_checked(tiny_gan):
    gan = tiny_gan()
    gan.critic_steps = 0
    with pytest.raises(ValueError, match=r"`critic_steps` must be a whole number"):
        gan.compile()
    gan.critic_steps = 1
    gan.penalties = [kgz.R1(1.0)]
    with pytest.raises(ValueError, match=r"terms from the start.*r1_penalty"):
        gan.compile()


@pytest.mark.parametrize("shared", [True, False])
def test_networks_that_were_compiled_on_their_own(shared, noise, tmp_path, recwarn):
    layers = keras.layers
    g = keras.Sequential(
        [keras.Input((4,)), layers.Dense(64), layers.Reshape((8, 8, 1))]
    )
    inner = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    d = keras.Sequential([keras.Input((8, 8, 1)), inner, layers.Dense(1)])
    optimizer = keras.optimizers.Adam()
    d.compile(optimizer if shared else "adam", "binary_crossentropy", metrics=["mae"])
    inner.compile("sgd", "mse")
    g.compile("adam", "mse")
    gan = kgz.GAN(g, d, ema_half_life=100, seed=1)
    gan.compile("adam", optimizer)
    gan.fit(noise(24), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    gan.save_weights(tmp_path / "gan.weights.h5")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    other = kgz.GAN.from_config(gan.get_config())
    other.compile()
    other.load_weights(tmp_path / "gan.weights.h5")
    gan.load_weights(tmp_path / "gan.weights.h5")
    for loaded in (again, other):
        steps = [
            int(ops.convert_to_numpy(one.iterations))
            for one in (
                loaded.optimizer.generator_optimizer,
                loaded.optimizer.discriminator_optimizer,
            )
        ]
        assert steps == [3, 3]
        assert_same(gan.optimizer.variables, loaded.optimizer.variables)
        assert not loaded.discriminator.compiled
    gan.save_to_preset(tmp_path / "preset")
    loaded = kgz.GAN.from_preset(tmp_path / "preset")
    assert_same(gan.discriminator.weights, loaded.discriminator.weights)
    assert not [w for w in recwarn if "loading" in str(w.message)]
    # The networks are still what they were.
    assert gan.discriminator is d
    assert d.optimizer is optimizer or not shared
    assert set(d.evaluate(noise(8), np.ones(8), verbose=0, return_dict=True)) == {
        "loss",
        "mae",
    }
