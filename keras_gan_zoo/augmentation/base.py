import keras


class Augmentation(keras.layers.Layer):
    """Base class of what is done to images before the discriminator sees them.

    The same for real and generated images, in both players' updates; penalties
    differentiate through it. A Keras layer, so that its state is saved.

    Args:
        name: str.
    """

    #: whether it belongs to the discriminator, and so is there in `evaluate` too
    always = False

    def __init__(self, name=None):
        super().__init__(dtype="float32", name=name)
        self.built = True  # else Keras calls the model on the first batch to build it

    def call(self, images, draw):
        """Float32 images `(n, h, w, c)` -> images.

        `draw(shape, distribution)` draws `"uniform"` numbers in [0, 1) or `"normal"`
        ones; take all random numbers from it, so that backends and replicas agree.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def mix(self, real, fake, draw):
        """What the discriminator is shown as real and as fake: two `Batch`es.

        For what mixes the two, such as APA; the others return both as they are.
        """
        return real, fake

    def update(self, of_real):
        """Move its own state; called after each update of the discriminator.

        `of_real` are the discriminator's outputs for the real images, a dict.
        """

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {"name": self.name}


def get(augmentation):
    """An augmentation from its config or itself, or None."""
    if isinstance(augmentation, dict):
        augmentation = keras.saving.deserialize_keras_object(augmentation)
    if augmentation is None or isinstance(augmentation, Augmentation):
        return augmentation
    raise ValueError(
        "`augmentation` must be a `keras_gan_zoo.augmentation.Augmentation`, for "
        "example `augmentation=keras_gan_zoo.augmentation.DiffAugment()`. "
        f"Received: {augmentation!r}"
    )
