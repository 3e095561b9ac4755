"""huggingface/huggingface_hub#4624: offline, a snapshot lacks files, without an error.

Where the cache has but a part of a preset, `from_preset` says that it can't be reached.
"""

import os
import shutil
import tempfile

HOME = os.environ.setdefault("HF_HOME", tempfile.mkdtemp())
os.environ["HF_HUB_OFFLINE"] = "1"

from pathlib import Path  # noqa: E402

from small import gan, kgz, outcome  # noqa: E402

preset, commit = Path(HOME) / "preset", "a" * 40
gan().save_to_preset(preset)
repo = Path(HOME) / "hub" / "models--me--gan"
names = sorted(path.name for path in preset.iterdir())
without_weights = [name for name in names if name != "model.weights.h5"]
for kept in (names, ["config.json"], without_weights, []):
    shutil.rmtree(repo, ignore_errors=True)
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    (repo / "snapshots" / commit).mkdir(parents=True)
    for name in kept:
        shutil.copy(preset / name, repo / "snapshots" / commit / name)
    found, _ = outcome(kgz.GAN.from_preset, "hf://me/gan")
    expected = kgz.GAN if kept == names else ConnectionError
    assert isinstance(found, expected), (kept, found)
