"""liip/LiipImagineBundle#751, libvips/libvips#1514: EXIF orientations outside 1 to 8.

They mean nothing, as in Pillow's own `exif_transpose`; those inside turn the image.
"""

import numpy as np
from PIL import Image, ImageOps
from small import folder, kgz, write

for value in (0, 1, 3, 6, 8, 9, 49, 256, 65535):
    for ending in ("png", "jpg", "webp", "tif"):
        root, exif = folder(), Image.Exif()
        exif[0x0112] = value
        write(root / f"0.{ending}", size=(10, 6), exif=exif)
        with Image.open(root / f"0.{ending}") as image:
            expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        np.testing.assert_array_equal(kgz.datasets.load(root)[0][0], expected)
