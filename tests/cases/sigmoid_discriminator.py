"""jeffheaton/t81_558_deep_learning#81, soumith/ganhacks#36: a sigmoid on the logits.

The discriminator of most tutorials ends in one. Under a loss on logits it could not get
below softplus(-1) + softplus(0), whatever it learns; it is refused.
"""

import keras
from keras import layers
from small import check_refused, gan, outcome


def discriminator(finish):
    x = keras.Input((8, 8, 1))
    return keras.Model(x, finish(layers.Flatten()(x)))


for finish in (
    layers.Dense(1, activation="sigmoid"),
    lambda x: layers.Activation("sigmoid")(layers.Dense(1)(x)),
):
    found, _ = outcome(gan, judge=lambda finish=finish: discriminator(finish))
    check_refused(found, "sigmoid")
