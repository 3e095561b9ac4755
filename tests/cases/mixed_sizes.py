"""mseitzer/pytorch-fid#81, toshas/torch-fidelity#30: a folder of several sizes.

The error names two files, and says what to do.
"""

from small import RNG, check_refused, folder, outcome, score, write

root = folder()
for index, size in enumerate([(8, 8), (9, 8), (20, 30)] * 3):
    write(root / f"{index}.png", size=size)
array = RNG.integers(0, 256, (9, 8, 8, 3), "uint8")
check_refused(outcome(score, array, root)[0], "0.png", "1.png", "2.png", "image_size")
