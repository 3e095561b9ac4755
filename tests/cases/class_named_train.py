"""huggingface/datasets#5021, #7201: a class called "train" is taken for a split.

Among other classes (as in VOC, COCO and CIFAR-100) it is one of them; where splits and
other folders are mixed, the load is refused. Images are never left out in silence.
"""

from small import check_refused, folder, kgz, outcome, write

for names in (("bus", "car", "train"), ("bus", "Test"), ("dev", "eval", "bus")):
    root = folder()
    for name in names:
        for index in range(4):
            write(root / name / f"{index}.png")
    images, labels = kgz.datasets.load(root)
    assert len(images) == 4 * len(names)
    assert set(labels) == set(range(len(names)))

write(root / "train" / "0.png")
write(root / "test" / "0.png")
check_refused(outcome(kgz.datasets.load, root)[0], "train", "test", "bus")
