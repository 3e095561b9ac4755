"""GaParmar/clean-fid#52: images in one big .npy or .npz file, not in a folder.

Either is taken as what is scored and as the reference, and scores as the array does.
"""

import numpy as np
from small import RNG, folder, score

at = folder()
fake, real = (RNG.integers(0, top, (30, 8, 8, 3), "uint8") for top in (200, 256))
for name, images in (("fake", fake), ("real", real)):
    np.save(at / f"{name}.npy", images)
    np.savez(at / f"{name}.npz", images)
want = score(fake, real)
for ending in ("npy", "npz"):
    found = (
        score(str(at / f"fake.{ending}"), real),
        score(fake, str(at / f"real.{ending}")),
    )
    np.testing.assert_allclose(found, want, rtol=1e-6)
