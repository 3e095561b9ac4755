"""All state is saved: a resumed run is that of one that was not interrupted."""

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import ops
from same import assert_same, values

import keras_gan_zoo as kgz


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_saved_and_loaded_run_goes_on_as_if_uninterrupted(
    update, tiny_gan, noise, tmp_path
):
    settings = {"update": update, "ema_half_life": 100, "penalties": [kgz.R1(1.0)]}
    straight, interrupted = tiny_gan(**settings), tiny_gan(**settings)
    straight.fit(noise(), batch_size=8, epochs=4, verbose=0)

    interrupted.fit(noise(), batch_size=8, epochs=2, verbose=0)
    interrupted.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    resumed.fit(noise(), batch_size=8, epochs=2, verbose=0)

    assert_same(straight.variables, resumed.variables)
    assert_same(straight.optimizer.variables, resumed.optimizer.variables)


def test_backup_and_restore_is_exact(tiny_gan, noise, tmp_path):
    straight = tiny_gan()
    straight.fit(noise(), batch_size=8, epochs=3, verbose=0)

    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        tiny_gan().fit(
            noise(), batch_size=8, epochs=3, verbose=0, callbacks=[backup(), Crash()]
        )
    resumed = tiny_gan()
    resumed.fit(noise(), batch_size=8, epochs=3, verbose=0, callbacks=[backup()])
    assert_same(straight.variables, resumed.variables)


def test_a_conditional_gan_with_all_its_terms_goes_on_too(tmp_path):
    """State of the augmentation, of a path length, of label counts, of draws."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (24, *plain.SHAPE), dtype="uint8")
    labels = rng.integers(0, 2, 24)

    straight = plain.build(
        heads=True,
        loss="relativistic_paired",
        label_distribution="data",
        critic_steps=2,
        ema_half_life=50,
        penalties=[kgz.R1(1.0, every=3), kgz.penalties.R2(1.0, every=2)],
        auxiliaries=[kgz.auxiliaries.Classification(0.5)],
        augmentation=kgz.augmentation.DiffAugment("color"),
        generator_penalties=[
            kgz.generator_penalties.PathLength(0.5, every=2),
            kgz.generator_penalties.ModeSeeking(0.1),
        ],
    )
    before = values(moved(straight))
    straight.fit(images, labels, batch_size=4, verbose=0)
    straight.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    for name, setting in straight.get_config().items():
        if name not in ("generator", "discriminator"):
            assert resumed.get_config()[name] == setting, name

    history = straight.fit(images, labels, batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    for a, b in zip(before, values(moved(straight)), strict=True):
        assert np.abs(a - b).max() > 0
    counts = ops.convert_to_numpy(straight.label_counts)
    np.testing.assert_array_equal(counts, 2 * np.bincount(labels, minlength=3))
    assert float(ops.convert_to_numpy(straight.generator_penalties[0].mean)) > 0

    resumed.fit(images, labels, batch_size=4, verbose=0)
    assert_same(straight.variables, resumed.variables)
    assert_same(straight.optimizer.variables, resumed.optimizer.variables)
    np.testing.assert_array_equal(
        straight.generate(8, seed=3), resumed.generate(8, seed=3)
    )


def moved(gan):
    """What is trained, but a bias of all logits: a relativistic loss can't see it."""
    variables = (
        gan.generator.trainable_variables + gan.discriminator.trainable_variables
    )
    return [v for v in variables if not v.path.endswith("logit/bias")]


@pytest.mark.skipif(plain.BACKEND == "torch", reason="torch traces nothing")
def test_all_terms_are_traced_once():
    gan = plain.build(
        penalties=[kgz.R1(1.0, every=3)],
        generator_penalties=[kgz.generator_penalties.PathLength(0.5, every=2)],
        critic_steps=2,
    )
    draws = plain.Draws(gan)
    for _ in range(4):
        gan.fit(plain.IMAGES, plain.LABELS, batch_size=3, epochs=2, verbose=0)
    assert draws.traces == 1


def test_a_run_does_not_depend_on_whether_it_is_evaluated():
    """Nor do terms with a state of their own: a moving mean, random margins."""

    def train(**validation):
        keras.utils.set_random_seed(0)
        gan = plain.build(
            loss=kgz.losses.RandomHinge(seed=0),
            generator_penalties=[kgz.generator_penalties.PathLength()],
            auxiliaries=[kgz.auxiliaries.LeCam(start=1)],
        )
        gan.fit(
            plain.IMAGES, plain.LABELS, batch_size=3, epochs=2, verbose=0, **validation
        )
        return gan

    without, evaluated = train(), train(validation_data=(plain.IMAGES, plain.LABELS))
    for name in ("generator", "discriminator"):
        assert_same(
            *(getattr(gan, name).trainable_variables for gan in (without, evaluated))
        )
    for name in ("generator_penalties", "auxiliaries"):
        terms = [getattr(gan, name)[0].variables for gan in (without, evaluated)]
        assert terms[0]
        assert_same(*terms)
    losses = [evaluated.evaluate(plain.IMAGES, plain.LABELS, verbose=0) for _ in "ab"]
    assert losses[0] != losses[1]  # other latents
