"""ADA, LeCam, consistency and lazy R1 in one GAN."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import ADA, APA
from keras_gan_zoo.auxiliaries import Consistency, LeCam


def build(augmentation, **settings):
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
        **settings,
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


def test_in_a_simultaneous_update(noise):
    gan = build(ADA("bgcfnc", p=0.6), update="simultaneous")
    gan.compile(run_eagerly=keras.backend.backend() != "jax")
    logs = gan.fit(noise(16), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert logs["r1_penalty"][0] > 0
