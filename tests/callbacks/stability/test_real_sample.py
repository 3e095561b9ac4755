import numpy as np

from keras_gan_zoo.callbacks.stability.real_sample import RealSample, small


def test_each_image_is_as_likely():
    counts = np.zeros(60)
    for seed in range(300):
        sample = RealSample(12, seed)
        for start in range(0, 60, 7):
            rows = np.arange(start, min(start + 7, 60))
            sample.add((np.full((1, 1, 1, 1), 1.0) * rows[:, None, None, None], rows))
        assert len(sample) == 12
        np.testing.assert_array_equal(sample.images.ravel(), sample.labels)
        counts[sample.labels] += 1
    assert counts.sum() == 300 * 12
    assert 30 < counts.min() <= counts.max() < 95  # 60, plus and minus 7


def test_large_images_become_means_of_blocks():
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), dtype="uint8")
    found = small(images)
    assert found.shape == (2, 21, 32, 3)
    expected = images[1, 3:6, 6:9].astype("float64").mean(axis=(0, 1)) / 127.5 - 1
    np.testing.assert_allclose(found[1, 1, 2], expected, atol=1e-6)
    assert small(found) is not None
    np.testing.assert_array_equal(small(found), found)


def test_without_labels():
    sample = RealSample(3)
    sample.add((np.zeros((5, 4, 4, 1), "uint8"),))
    assert sample.labels is None
    assert sample.images.shape == (3, 4, 4, 1)
    assert sample.images.max() == -1
