"""lucidrains/stylegan2-pytorch#7, #108, #39: one bad file among many.

A truncated JPEG, or a grey PNG with alpha among RGB, is named before training.
"""

from PIL import Image
from small import check_refused, folder, kgz, outcome, write

for kind in ("truncated", "grey with alpha"):
    root = folder()
    for index in range(7):
        path = root / f"bild_ü_{index}.jpg"
        pixels = write(path, size=(64, 64))
        if index == 4 and kind == "truncated":
            path.write_bytes(path.read_bytes()[:2000])
        elif index == 4:
            path.unlink()
            Image.fromarray(pixels).convert("LA").save(path.with_suffix(".png"))
    check_refused(outcome(kgz.datasets.load, root)[0], "bild_ü_4")
