"""photosynthesis-team/piq#241 (FID from DataLoaders), bioinf-jku/TTUR#14: real images
that come in batches.

A data set or a generator is taken as the reference too.
"""

import keras
import numpy as np
from small import IMAGES, score

real = IMAGES // 2


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return real[8 * index : 8 * index + 8]


want = score(IMAGES, real)
for reference in (Batches(workers=1), (real[i : i + 8] for i in (0, 8, 16))):
    np.testing.assert_allclose(score(IMAGES, reference), want, rtol=1e-6)
