import inspect

import numpy as np
import pytest

from keras_gan_zoo.families import FAMILIES


@pytest.fixture
def objectives(benchmark_module):
    return benchmark_module("objectives")


def test_points_are_where_the_paper_has_them(objectives):
    ring, grid = objectives.POINTS["ring"], objectives.POINTS["grid"]
    assert len(ring.centres) == 8
    assert np.linalg.norm(ring.centres, axis=1) == pytest.approx(1)
    assert sorted(set(grid.centres.ravel())) == [-4, -2, 0, 2, 4]
    assert len(np.unique(grid.centres, axis=0)) == 25
    for points in (ring, grid):
        drawn = points.draw(20_000, seed=0)
        assert drawn.shape == (20_000, 1, 1, 2)
        assert np.abs(drawn).max() < points.bound
        # 1 - exp(-9/2) of a normal distribution in the plane is within 3 deviations
        scores = objectives.coverage(
            drawn.reshape(-1, 2), points.centres, points.deviation
        )
        assert scores["modes"] == len(points.centres)
        assert scores["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.003)


def test_one_good_sample_makes_a_mode(objectives):
    centres = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    points = np.array([[0.02, 0.0], [0.0, 0.01], [1.0, 0.029], [0.5, 0.5]])
    scores = objectives.coverage(points, centres, 0.01)
    assert scores == {"modes": 2, "high_quality": 0.75}
    assert objectives.coverage(points[3:], centres, 0.01)["modes"] == 0


def test_codes_are_matched_to_the_classes_that_suit_them(objectives):
    codes = np.repeat(np.arange(10), 10)
    assert objectives.matched(codes, (codes + 3) % 10) == 1.0
    classes = (codes + 3) % 10
    classes[:5] = 0  # half of the first code's
    assert objectives.matched(codes, classes) == 0.95


def test_labels_that_are_exchanged_are_matched_but_not_read(objectives, monkeypatch):
    class Exchanging:
        num_classes = 10

        def generate(self, n, labels, seed):
            return (labels + 3 * (labels < 5)) % 10  # 5, 6 and 7 are made twice

    monkeypatch.setattr(objectives, "read", lambda images: images)
    assert objectives.label_scores(Exchanging()) == {"labels": 0.5, "codes": 0.7}


def test_learnt_needs_every_score(objectives):
    good = {"fid": 9.0, "is": 6.0}
    assert objectives.learnt("digits", good)
    assert not objectives.learnt("digits", {**good, "fid": 11.0})
    assert not objectives.learnt("digits", {**good, "labels": 0.9})
    assert not objectives.learnt("digits", {**good, "codes": 0.7})
    assert objectives.learnt("ring", {"modes": 6, "high_quality": 0.5})
    assert not objectives.learnt("ring", {"modes": 5, "high_quality": 0.9})
    assert not objectives.learnt("grid", {"modes": 18, "high_quality": 0.9})


def test_every_family_has_a_case(objectives):
    names = {
        family.file_name
        for family in FAMILIES.values()
        if family.__module__.startswith("keras_gan_zoo.")
    }
    assert names - {"unrolled_gan"} == set(objectives.CASES["digits"])
    updates = [case.settings.get("update") for case in objectives.METHODS.values()]
    assert "unrolled" in updates  # as a method, on points: its networks are dense
    for name, case in objectives.CASES["digits"].items():
        (family,) = (f for f in FAMILIES.values() if f.file_name == name)
        assert set(case.settings) <= set(inspect.signature(family).parameters)


def test_every_method_builds(objectives):
    for case in objectives.CASES["ring"].values():
        assert objectives.point_gan(case, seed=0).image_shape == (1, 1, 2)


def test_results_are_kept_and_go_stale_with_the_settings(objectives, tmp_path):
    path = tmp_path / "results.json"
    case = objectives.CASES["ring"]["minimax"]
    record = {
        "seconds": 20.0,
        "cpu_seconds": 30.0,
        "steps": 4000,
        "cut": False,
        "settings": objectives.described(case),
        "modes": 4,
        "high_quality": 0.25,
    }
    assert not objectives.is_done(objectives.kept(path), "ring", "minimax", 0)
    objectives.keep(path, "ring", "minimax", 0, record)
    objectives.keep(path, "ring", "minimax", 1, {**record, "modes": 8})
    found = objectives.kept(path)
    assert objectives.is_done(found, "ring", "minimax", 0)
    assert not objectives.is_done(found, "grid", "minimax", 0)
    row = next(
        line
        for line in objectives.table(found).splitlines()
        if line.startswith("| minimax | 2")
    )
    assert "0 of 2, no claim" in row
    assert "6.0 ± 2.8 | 25% ± 0%" in row
    objectives.keep(path, "ring", "minimax", 0, {**record, "settings": "others"})
    assert not objectives.is_done(objectives.kept(path), "ring", "minimax", 0)
    objectives.keep(path, "ring", "minimax", 1, {**record, "settings": "others"})
    assert "settings since changed" in objectives.table(objectives.kept(path))
