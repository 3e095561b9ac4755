"""A GAN whose generator alone was published: it generates, and is not trained."""

import keras
import numpy as np
import pytest

from keras_gan_zoo import DCGAN, GAN, networks

NARROW = {
    "image_shape": (8, 8, 1),
    "generator_widths": (4,),
    "discriminator_widths": (4,),
    "latent_dim": 3,
}


@pytest.fixture(scope="module")
def gan():
    return DCGAN(**NARROW, discriminator=False, seed=1, ema_half_life=100)


def test_it_generates(gan):
    assert gan.discriminator is None
    assert gan.discriminator_variables == []
    assert gan.generate(2, seed=3).shape == (2, 8, 8, 1)
    gan.summary(print_fn=lambda *_, **__: None)


@pytest.mark.parametrize("method", ["compile", "fit", "evaluate"])
def test_it_says_why_it_is_not_trained(gan, method):
    given = () if method == "compile" else (np.zeros((4, 8, 8), "uint8"),)
    with pytest.raises(ValueError, match=r"its generator alone was published"):
        getattr(gan, method)(*given)


def test_a_gan_of_any_generator():
    gan = GAN(networks.dense_generator((8, 8, 1), 4, (8,)), None)
    assert gan.generate(1, seed=0).shape == (1, 8, 8, 1)
    with pytest.raises(ValueError, match=r"GAN\(gan.generator, your_discriminator\)"):
        gan.compile()


def test_files_keep_it(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    gan.save_to_preset(tmp_path / "preset")
    for again in (
        keras.saving.load_model(tmp_path / "gan.keras"),
        DCGAN.from_preset(tmp_path / "preset"),
    ):
        assert again.discriminator is None
        np.testing.assert_array_equal(
            again.generate(2, seed=3), gan.generate(2, seed=3)
        )


def test_a_new_discriminator_lets_it_train(gan):
    trained = DCGAN(**NARROW, generator=gan.generator)
    np.testing.assert_array_equal(
        trained.generate(2, seed=3), gan.generate(2, seed=3, use_ema=False)
    )
    trained.compile()
    trained.fit(np.zeros((4, 8, 8), "uint8"), batch_size=2, verbose=0)
