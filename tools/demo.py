"""The whole of keras-gan-zoo in a few minutes: `make demo`.

Each step is a command that you can type yourself. Output goes to out/.
"""

import os
import shutil
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_gan_zoo.cli import app

OUT = Path("out")
RUN = OUT / "my_gan"
PRESET = RUN / "preset"
EPOCHS = 8
SAMPLES = 2_000  # the published scores take 10,000


def run(line):
    print(f"\n$ keras-gan-zoo {line}", flush=True)
    app(line.split(), standalone_mode=False)


def main():
    started = time.perf_counter()
    shutil.rmtree(RUN, ignore_errors=True)
    run("list")

    from keras_gan_zoo import presets, zoo

    entries = list(presets.read_index())
    if entries:
        entry = "dcgan_mnist" if "dcgan_mnist" in entries else entries[0]
        run(f"sample {entry} --out {OUT}/samples.png")

    run(f"train dcgan_mnist --data digits --epochs {EPOCHS} --out {RUN}")
    run(f"sample {PRESET} --out {OUT}/my_samples.png")
    run(f"score {PRESET} --reference mnist:test --num-images {SAMPLES} --attach")
    run(f"card {PRESET}")

    if entries:
        listed = zoo.list_entries()
        digits = [name for name in listed if listed[name]["data"] == "mnist"]
        print(f"\nEntries of MNIST, {SAMPLES:,} samples each, to be quick:", flush=True)
        quick = {"num_images": SAMPLES, "metrics": ("is", "fid"), "verbose": 0}
        zoo.score_zoo(OUT / "zoo_scores", digits, **quick)
        print((OUT / "zoo_scores.md").read_text())

    print(f"Done in {time.perf_counter() - started:.0f} s. Look at")
    for path, what in (
        (OUT / "samples.png", "digits of a pretrained GAN of the zoo"),
        (OUT / "my_samples.png", "digits of the GAN that you have just trained"),
        (RUN / "samples", "how they came to be, epoch by epoch"),
        (PRESET / "README.md", "its model card, ready for the Hugging Face Hub"),
        (OUT / "zoo_scores.md", "the scores of these entries"),
    ):
        if path.exists():
            print(f"  {path}: {what}")


if __name__ == "__main__":
    main()
