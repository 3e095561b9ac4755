"""soumith/dcgan.torch#32, huggingface/datasets#6853: class folders that are links.

They are classes like any other.
"""

from small import folder, kgz, write

root = folder()
for name in ("data/cats", "elsewhere/dogs"):
    for index in range(3):
        write(root / name / f"{index}.png")
(root / "data" / "dogs").symlink_to(root / "elsewhere" / "dogs")

images, labels = kgz.datasets.load(root / "data")
assert len(images) == 6
assert sorted(labels) == [0, 0, 0, 1, 1, 1]
