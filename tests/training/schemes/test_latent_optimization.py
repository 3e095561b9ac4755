"""Where latents move."""

import keras
import numpy as np
from keras import ops
from same import values

from keras_gan_zoo import GAN, losses, networks
from keras_gan_zoo.training.schemes.latent_optimization import move


def test_latents_move_towards_what_is_taken_for_real():
    """Higher logits, by eq. 12; where real images have low energies, these."""
    shape = (8, 8, 1)
    made = networks.dense_generator(shape, latent_dim=4, widths=(16,))
    judged = networks.dense_discriminator(shape, widths=(16,), dropout=0)
    plain, energies = (
        GAN(made, judged, loss=loss, update="latent_optimization")
        for loss in ("hinge", losses.EnergyMargin(1.0))
    )
    latents = ops.convert_to_tensor(np.eye(4, dtype="float32"))
    with keras.StatelessScope():  # as in a step
        moved = [
            ops.stop_gradient(move(gan, latents, None, ops.ones((4, 1)))[0])
            for gan in (plain, energies)
        ]
    up, down = (found - np.eye(4) for found in values(moved))
    np.testing.assert_allclose(down, -up, rtol=1e-5, atol=1e-7)
    ways = [latents + 0.01 * way.astype("float32") for way in (up, down)]
    higher, lower = (
        values([judged(made(way, training=True))])[0].sum() for way in ways
    )
    assert higher > lower
