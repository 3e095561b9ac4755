"""keras-team/keras#14049, tensorflow/tensorflow#40114: a metric that is not there each
epoch is lost in CSVLogger.

The file has the scores that were computed, although the first epoch has none.
"""

import csv

import keras
from small import IMAGES, folder, gan, mean_colour

import keras_gan_zoo as kgz

score = kgz.callbacks.Score(
    IMAGES, every=2, metrics=["fid"], num_images=24, extractor=mean_colour()
)
path = folder() / "log.csv"
callbacks = [score, keras.callbacks.CSVLogger(path)]
gan().fit(IMAGES, batch_size=8, epochs=4, verbose=0, callbacks=callbacks)
with open(path, newline="") as file:
    found = [float(row["fid"]) for row in csv.DictReader(file)]
first, second = (report["fid"] for report in score.reports.values())
assert found == [float("inf"), first, first, second], found
