"""ADA, LeCam, consistency and lazy R1 in one GAN."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import ADA, APA
from keras_gan_zoo.auxiliaries import (
    BalancedConsistency,
    Consistency,
    LatentConsistency,
    LeCam,
)
from keras_gan_zoo.generator_penalties import LatentSensitivity


def build(augmentation):
    keras.utils.set_random_seed(0)
    return kgz.DCGAN(
        image_shape=(8, 8, 1),
        latent_dim=4,
        generator_widths=(4,),
        discriminator_widths=(4,),
        normalization=None,
        loss="hinge",
        augmentation=augmentation,
        auxiliaries=[LeCam(start=2), Consistency()],
        penalties=[kgz.R1(1.0, every=4)],
        seed=1,
    )


@pytest.mark.parametrize("kind", [ADA, APA])
def test_they_train_together_and_resume_exactly(kind, noise, tmp_path):
    straight = build(kind(target=-2.0, images_to_one=64, every=2))
    straight.compile()
    straight.fit(noise(28), batch_size=4, verbose=0)  # 7 updates: 1 since p moved
    straight.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    for gan in (straight, resumed):
        logs = gan.fit(noise(28), batch_size=4, verbose=0).history
        assert np.isfinite(list(logs.values())).all()
        assert logs[f"{gan.augmentation.name}_p"][0] > 0.4
    for a, b in zip(straight.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)))


@pytest.mark.skipif(
    keras.backend.backend() == "jax",
    reason="compiles for half a minute; the terms are in the test above, too",
)
def test_variants_of_biggan_are_arguments(noise):
    """BigGAN-ADA, -LeCam and -ICR at once."""
    gan = kgz.BigGAN(
        (8, 8, 1),
        num_classes=3,
        generator_widths=(8, 8),
        discriminator_widths=(8, 8),
        critic_steps=1,
        augmentation=ADA(p=0.6),
        auxiliaries=[LeCam(start=0), BalancedConsistency(), LatentConsistency()],
        generator_penalties=[LatentSensitivity()],
    )
    gan.compile(run_eagerly=keras.backend.backend() == "tensorflow")
    labels = np.arange(8) % 3
    logs = gan.fit(noise(8), labels, batch_size=4, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert logs["d_lecam"][0] > 0
    assert logs["d_balanced_consistency"][0] > 0
    assert logs["latent_sensitivity"][0] < 0
