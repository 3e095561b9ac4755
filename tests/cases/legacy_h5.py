"""keras-team/keras#3974, #12195: a model of models as an .h5 file.

It can't hold two networks and their training: the save says to use .keras.
"""

import keras
from small import IMAGES, check_refused, folder, gan, outcome

for half_life in (None, 100):
    model = gan(ema_half_life=half_life)
    path = str(folder() / "gan.h5")
    check_refused(outcome(model.save, path)[0], ".keras")
    checkpoint = keras.callbacks.ModelCheckpoint(path)
    found, _ = outcome(
        model.fit, IMAGES, batch_size=8, verbose=0, callbacks=[checkpoint]
    )
    check_refused(found, ".keras")
