"""Lightning-AI/torchmetrics#1244: FID of float images, as data pipelines yield them.

They are scored with a declared range; without one the error says how.
"""

import numpy as np
from small import RNG, check_refused, outcome, score

real = RNG.integers(0, 256, (30, 8, 8, 3), "uint8")
floats = (real / 255).astype("float32")
for given in (lambda: floats, lambda: iter([floats[:15], floats[15:]])):
    found = score(given(), real, 30, value_range=(0, 1))
    np.testing.assert_allclose(found, 0, atol=1e-6)
    error, _ = outcome(score, given(), real, 30)
    check_refused(error, "pass `value_range=")
