"""advimman/lama#266 ("Imaginary component 1.03e+115"), bioinf-jku/TTUR#4: few samples.

The expected value is the nuclear norm of the centred features, by a singular value
decomposition in float64, without a matrix square root. The other side's statistics may
be in float32, whose covariance has negative eigenvalues.
"""

import numpy as np
from small import folder, kgz

RNG, WIDTH = np.random.default_rng(1), 512
decay = np.exp(-np.arange(WIDTH) / 60) / 10
mixing = RNG.normal(size=(WIDTH, WIDTH)) * decay


def features(rows, shift):
    drawn = RNG.normal(size=(rows, WIDTH)) @ mixing.T + shift
    return np.maximum(drawn, 0).astype("float32")


def centred(x):
    x = x.astype("float64")
    return (x - x.mean(0)) / np.sqrt(len(x) - 1)


for rows in (20, 300):
    fake, real = features(rows, 0), features(rows, 0.05)
    gap = fake.mean(0, dtype="float64") - real.mean(0, dtype="float64")
    overlap = np.linalg.svd(centred(fake) @ centred(real).T, compute_uv=False).sum()
    spread = (centred(fake) ** 2).sum() + (centred(real) ** 2).sum()
    expected = gap @ gap + spread - 2 * overlap

    def look_up(images, fake=fake):
        numbers = images.reshape(len(images), 2).copy().view("uint16")[:, 0]
        return {"features": fake[numbers % len(fake)]}

    images = np.arange(rows, dtype="uint16").view("uint8").reshape(rows, 1, 2, 1)
    for dtype, tolerance in (("float64", 1e-9), ("float32", 1e-5)):
        path = folder() / "statistics.npz"
        mean, covariance = (
            real.mean(0, dtype="float64"),
            np.cov(real.T, dtype="float64"),
        )
        np.savez(path, mu=mean.astype(dtype), sigma=covariance.astype(dtype))
        report = kgz.score(
            images,
            str(path),
            metrics=["fid"],
            extractor=kgz.scoring.Extractor(
                look_up, fingerprint=f"look-up@{rows}-{dtype}", image_shape=(1, 2, 1)
            ),
            num_images=None,
            verbose=0,
            verify=False,
        )
        np.testing.assert_allclose(report["fid"], expected, rtol=tolerance)
