"""Collectors: any pieces, any shards, the scores of all rows at once."""

import itertools
import os
import pickle
import tempfile

import numpy as np
import pytest

from keras_gan_zoo import metrics
from keras_gan_zoo.scoring import Reference, collectors
from keras_gan_zoo.scoring.collection import Collection
from keras_gan_zoo.scoring.job import Plan
from keras_gan_zoo.scoring.moments import Moments

COUNT = 467
OUTPUTS = {"features": 5, "logits": 7, "spatial": 4}
STREAMED = ("is", "fid", "kid", "sfid", "modes", "reverse_kl")
# Pieces, their order, and the shards that they go to.
SPLITS = {
    "one piece": ([0, COUNT], 1),
    "one row": (list(range(COUNT + 1)), 1),
    "uneven": ([0, 3, 100, 101, 333, COUNT], 1),
    "two shards": ([0, 50, 150, 250, 333, COUNT], 2),
    "a shard a piece, the last first": ([0, 130, 260, 300, COUNT], 4),
}


@pytest.fixture
def rows(rng):
    return {
        name: rng.normal(1, 2, (COUNT, width)).astype("float32")
        for name, width in OUTPUTS.items()
    }


@pytest.fixture
def reference(rng):
    features = rng.normal(0.5, 1.5, (90, 5)).astype("float32")
    spatial = rng.normal(0, 1, (90, 4)).astype("float32")
    return Reference(
        "array",
        Moments().update(features),
        spatial=Moments().update(spatial),
        features=features,
    )


def collected(plan, reference, rows, split):
    edges, shards = SPLITS[split]
    pieces = list(itertools.pairwise(edges))
    parts = [Collection(plan, reference, shard=shards > 1) for _ in range(shards)]
    for i, (a, b) in enumerate(pieces):
        part = parts[i * shards // len(pieces)]
        part.update(a, {name: rows[name][a:b] for name in plan.outputs})
    if shards == 1:
        return parts[0]
    whole = Collection(plan, reference)
    for part in reversed(parts) if "last first" in split else parts:
        whole.merge(part)
    return whole


@pytest.mark.parametrize("split", SPLITS)
def test_pieces_and_shards_change_no_score(rows, reference, split):
    plan = Plan(STREAMED, COUNT, splits=4)
    collection = collected(plan, reference, rows, split)
    found = collection.scores()
    mean, std = metrics.inception_score(rows["logits"], splits=4)
    assert found["is"] == pytest.approx(mean, rel=1e-12)
    assert found["is_std"] == pytest.approx(std, rel=1e-12)
    real = reference.features
    expected = metrics.frechet_distance(rows["features"], real)
    assert found["fid"] == pytest.approx(expected, rel=1e-12)
    real = reference.spatial
    moments = Moments().update(rows["spatial"])
    expected = metrics.frechet_distance_from_moments(
        moments.mean, moments.covariance, real.mean, real.covariance
    )
    assert found["sfid"] == pytest.approx(expected, rel=1e-12)
    counts = np.bincount(rows["logits"].argmax(axis=1), minlength=7)
    assert found["modes"] == np.sum(counts > 0)
    p = counts / COUNT
    assert found["reverse_kl"] == pytest.approx(np.sum(p * np.log(7 * p)), rel=1e-12)

    kernel = next(s for s in collection.streams if hasattr(s, "values"))
    edges = np.linspace(0, COUNT, 6).astype(int)  # 5 blocks of at least 90 samples
    assert found["kid"] == pytest.approx(np.mean(list(kernel.values.values())))
    for block, (a, b) in enumerate(itertools.pairwise(edges)):
        expected, _ = metrics.kernel_distance(
            rows["features"][a:b], reference.features, subsets=None
        )
        assert kernel.values[block] == pytest.approx(expected, rel=1e-12)


def test_replicates_leave_one_group_out(rows, reference):
    plan = Plan(("is", "fid", "kid"), COUNT, splits=4)
    replicates = collected(plan, reference, rows, "uneven").replicates()
    edges = np.arange(21) * COUNT // 20
    for group in (0, 7, 19):
        kept = np.delete(rows["features"], slice(edges[group], edges[group + 1]), 0)
        expected = metrics.frechet_distance(kept, reference.features)
        assert replicates["fid"][group] == pytest.approx(expected, rel=1e-11)
    assert len(replicates["fid"]) == len(replicates["is"]) == 20
    splits = np.split(rows["logits"], np.arange(1, 4) * COUNT // 4)
    kept = []
    for i, split in enumerate(splits):  # group g is part g - i of split i
        part = np.arange(len(split)) * 20 // len(split)
        left = split[part != (3 - i) % 20]
        kept.append(metrics.inception_score(left, splits=1)[0])
    assert replicates["is"][3] == pytest.approx(np.mean(kept), rel=1e-12)
    assert np.mean(replicates["kid"]) == pytest.approx(
        collected(plan, reference, rows, "uneven").scores()["kid"]
    )


def test_kernel_blocks_are_unbiased(rng, monkeypatch):
    """Their mean is the full estimate's within its own honest error."""
    monkeypatch.setattr(collectors, "KERNEL_ROWS", 50)
    fake = rng.normal(0.2, 1, (6000, 3))
    real = rng.normal(0, 1, (6000, 3))
    plan = Plan(("kid",), len(fake), seed=3)
    blocks = collectors.KernelBlocks(plan, Reference("x", Moments(), features=real))
    blocks.update(0, fake)
    assert blocks.groups == 120
    scores = blocks.scores()
    full, _ = metrics.kernel_distance(fake, real, subsets=None)
    error = scores["kid_std"] / np.sqrt(120)
    assert abs(scores["kid"] - full) < 3 * error
    assert error < full / 5  # so that a bias would be seen: a biased one is 4 x full
    assert min(blocks.values.values()) < 0  # nothing is clipped


def test_each_kernel_block_reads_other_rows_of_the_reference(rng, monkeypatch):
    monkeypatch.setattr(collectors, "KERNEL_ROWS", 30)
    fake, real = rng.normal(size=(120, 3)), rng.normal(size=(120, 3))
    read = []
    monkeypatch.setattr(
        "keras_gan_zoo.metrics.kernel_distance",
        lambda x, y, subsets: (read.append(y), (0.0, 0.0))[1],
    )
    for seed in (0, 1):
        plan = Plan(("kid",), 120, seed=seed)
        blocks = collectors.KernelBlocks(plan, Reference("x", Moments(), features=real))
        blocks.update(0, fake)
    for part in (read[:4], read[4:]):
        found = np.concatenate(part)
        assert sorted(map(tuple, found)) == sorted(map(tuple, real))
    assert not np.array_equal(read[0], read[4])


def test_rows_in_memory_and_spilled_are_equal(rows, reference, monkeypatch, tmp_path):
    plan = Plan(("is", "precision", "recall"), COUNT, keep=("logits",))
    plain = {split: collected(plan, reference, rows, split) for split in SPLITS}
    for collection in plain.values():
        assert not isinstance(collection.rows["features"].matrix, np.memmap)
    monkeypatch.setattr(collectors, "SPILL", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for split in SPLITS:
        spilled = collected(plan, reference, rows, split)
        for name in ("features", "logits"):
            matrix = spilled.rows[name].matrix
            assert isinstance(matrix, np.memmap)
            np.testing.assert_array_equal(matrix, rows[name])
        assert spilled.scores() == plain[split].scores()
        assert spilled.scores() == pytest.approx(plain["uneven"].scores(), rel=1e-12)
    assert not list(tmp_path.iterdir())  # gone, whatever becomes of this process


@pytest.mark.skipif(
    not hasattr(os, "posix_fallocate"), reason="the system can't reserve disk space"
)
def test_a_full_disk_is_an_error_before_a_row_is_kept(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(collectors, "SPILL", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = collectors.Rows("features", 10_000)
    message = r"`features` need a temporary file of 20 MB.*TMPDIR.*No space left"
    with pytest.raises(OSError, match=message) as caught:
        kept.update(0, np.zeros((10, 500), "float32"))
    assert caught.value.errno == 28
    assert caught.value.filename == str(tmp_path)
    assert kept.pieces == []
    assert not list(tmp_path.iterdir())


def test_a_shard_keeps_its_own_rows_only(monkeypatch, rows):
    monkeypatch.setattr(collectors, "SPILL", 0)
    plan = Plan(("swd",), 10**9)  # of which a shard could not make a file
    shard = Collection(plan, Reference("x", Moments()), shard=True)
    shard.update(500, {"features": rows["features"]})
    ((start, kept),) = pickle.loads(pickle.dumps(shard)).rows["features"].pieces
    assert start == 500
    np.testing.assert_array_equal(kept, rows["features"])


@pytest.mark.parametrize("metric", [*STREAMED, "swd"])
def test_a_pickled_collection_is_merged_elsewhere(rows, reference, metric):
    plan = Plan((metric,), COUNT, splits=4)
    (output,) = plan.outputs
    whole = collected(plan, reference, rows, "one piece")
    merged = Collection(plan, reference)
    for a, b in ((0, 111), (111, 300), (300, COUNT)):
        part = Collection(plan, reference, shard=True)
        part.update(a, {output: rows[output][a:b]})
        packed = pickle.dumps(part)
        merged.merge(pickle.loads(packed))
    assert merged.scores() == pytest.approx(whole.scores(), rel=1e-12)
    # Neither the reference nor a matrix of all samples goes along.
    moments = Moments().update(np.eye(300))
    heavy = Reference("x", moments, spatial=moments, features=np.eye(300))
    empty = pickle.dumps(Collection(plan, heavy, shard=True))
    assert len(empty) < 10_000
    assert merged.merge(pickle.loads(empty)).scores() == merged.scores()


@pytest.mark.parametrize(
    ("output", "value"), [("features", np.nan), ("logits", np.inf)]
)
def test_values_that_are_not_finite_name_their_sample(rows, reference, output, value):
    rows[output][321] = value
    plan = Plan(("is", "fid"), COUNT)
    message = rf"`{output}` must be finite.*samples 101 to 332, .* sample 321$"
    with pytest.raises(ValueError, match=message):
        collected(plan, reference, rows, "uneven")


def test_probabilities_are_no_logits(rng):
    p = rng.dirichlet(np.ones(4), 50)
    with pytest.raises(ValueError, match="logits, and these look like probabilities"):
        collectors.ClassSums(Plan(("is",), 50)).update(0, p)
    collectors.ClassSums(Plan(("is",), 50)).update(0, np.log(p))


def test_a_reference_of_another_extractor(rows, reference):
    plan = Plan(("fid",), COUNT)
    with pytest.raises(ValueError, match=r"4 dimensions, and a reference of 5"):
        Collection(plan, reference).update(0, {"features": rows["spatial"]})
