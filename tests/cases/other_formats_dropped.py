"""mseitzer/pytorch-fid#50, GaParmar/clean-fid#37: endings that are not on a list.

Whatever Pillow reads is taken; what it does not read is named.
"""

from small import folder, kgz, outcome, write

root = folder()
for index, ending in enumerate(["png"] * 3 + ["tif", "tiff", "ppm", "jfif", "jp2"]):
    write(root / f"{index}.{ending}")
(root / "photo.cr2").write_bytes(b"a raw photo")
(images, _), told = outcome(kgz.datasets.load, root)
assert len(images) == 8
assert ".cr2" in told, told
