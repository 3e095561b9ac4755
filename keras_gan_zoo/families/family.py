from keras_gan_zoo.gan import GAN


class Family(GAN):
    """A GAN that builds its own networks: its config is their sizes.

    Args:
        networks: generator and discriminator.
        sizes: dict, the family's own constructor arguments.
        **kwargs: those of `GAN`.
    """

    def __init__(self, networks, sizes, **kwargs):
        super().__init__(*networks, **kwargs)
        self._sizes = sizes

    def get_config(self):
        config = super().get_config()
        del config["generator"], config["discriminator"]
        return {**config, **self._sizes}
