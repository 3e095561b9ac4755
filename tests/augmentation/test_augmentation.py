"""An augmentation of one's own."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import AUGMENTATIONS, Augmentation

register = keras.saving.register_keras_serializable(package="test_augmentation")


@register
class Fade(Augmentation):
    """Half the contrast for a part `p` of the images, more with each update."""

    def __init__(self, name="fade"):
        super().__init__(name)
        self.p = self.add_weight((), initializer="zeros", trainable=False, name="p")

    def call(self, images, draw):
        chosen = draw((ops.shape(images)[0], 1, 1, 1), "uniform") < self.p
        return images * (1.0 - 0.5 * ops.cast(chosen, images.dtype))

    def update(self, of_real):
        self.p.assign(self.p + 0.03125)


@register
class Swap(Augmentation):
    """APA's way: what is shown as real are fakes in part (Jiang et al. 2021)."""

    def call(self, images, draw):
        return images

    def mix(self, real, fake, draw):
        chosen = draw((ops.shape(real.images)[0], 1, 1, 1), "uniform") < 0.5
        return real._replace(images=ops.where(chosen, fake.images, real.images)), fake


def number(value):
    return float(ops.convert_to_numpy(value))


def test_its_state_is_moved_saved_and_resumed(tiny_gan, noise, tmp_path):
    straight = tiny_gan(augmentation=Fade(), critic_steps=2)
    interrupted = tiny_gan(augmentation=Fade(), critic_steps=2)
    straight.fit(noise(24), batch_size=4, epochs=2, verbose=0)
    interrupted.fit(noise(24), batch_size=4, verbose=0)
    interrupted.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    # 3 iterations an epoch of 2 updates of the discriminator.
    assert number(resumed.augmentation.p) == 6 / 32
    resumed.fit(noise(24), batch_size=4, verbose=0)
    assert number(resumed.augmentation.p) == 12 / 32
    for a, b in zip(straight.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)))


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_it_may_mix_real_and_fake(update, tiny_gan, noise):
    gan = tiny_gan(augmentation=Swap(), update=update)
    history = gan.fit(noise(), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()


def test_what_it_must_define():
    with pytest.raises(NotImplementedError, match="must define `call`"):
        Augmentation().call(None, None)


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_augmentations_have_names(tiny_gan, name):
    gan = tiny_gan(augmentation=name)
    assert type(gan.augmentation) is AUGMENTATIONS[name]
    again = kgz.GAN.from_config(gan.get_config()).augmentation
    assert again.get_config() == gan.augmentation.get_config()


def test_what_is_no_augmentation(tiny_gan):
    says = r"`augmentation` must be .*'ada', 'apa', 'diff_augment'.*Received"
    with pytest.raises(ValueError, match=says):
        tiny_gan(augmentation="color")
