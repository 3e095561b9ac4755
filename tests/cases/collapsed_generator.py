"""bioinf-jku/TTUR#4: FID of a collapsed generator (all images alike, covariance of
rank 0) is NaN or complex.

In closed form: |mu1 - mu2|^2 + trace(C2), and nothing but the report on standard
output: the command line promises `--json` for scripts.
"""

import json
import subprocess
import sys

import numpy as np
from small import folder

from keras_gan_zoo.metrics import frechet_distance_from_moments

rng = np.random.default_rng(0)
real = rng.normal(size=(50, 6))
mean = np.full(6, 2.0)
want = ((mean - real.mean(0)) ** 2).sum() + np.trace(np.cov(real.T))
got = frechet_distance_from_moments(
    mean, np.zeros((6, 6)), real.mean(0), np.cov(real.T)
)
np.testing.assert_allclose(got, want, rtol=1e-9)
path = folder() / "black.npz"
np.savez(path, np.zeros((60, 28, 28, 1), "uint8"))
command = [sys.executable, "-m", "keras_gan_zoo.cli", "score", str(path)]
command += ["--reference", "mnist:test", "--metrics", "fid", "--num-images", "all"]
command += ["--no-verify", "--json"]
done = subprocess.run(command, capture_output=True, text=True, check=True)
assert json.loads(done.stdout)["scores"]["fid"] > 0
