"""Which scores may stand in one column, and which rank they have there."""

import pytest
from fake_cards import fake_anchors, fake_card, report_of

from keras_gan_zoo.leaderboard import boards_of, read_model


def models_of(folder, *reports, **changes):
    return [
        read_model(fake_card(folder / f"m{i}", report, **changes), f"m{i}", f"./m{i}")
        for i, report in enumerate(reports)
    ]


def ranks(board, metric="fid"):
    (column,) = (c for c in board.columns if c.metric == metric)
    return {board.models[n].name: column.cells[n].rank for n in board.models}


def test_equal_conditions_share_a_table(tmp_path):
    (board,) = boards_of(models_of(tmp_path, report_of(2.0), report_of(1.0, seed=9)))
    assert board.title == "MNIST, test: 10,000 samples, seen by digits"
    assert [c.label for c in board.columns] == ["FID (digits)", "IS (digits)"]
    assert ranks(board) == {"m1": 1, "m0": 2}  # the best is first
    assert board.note == ""


@pytest.mark.parametrize(
    "change",
    [
        {"extractor_sha256": "f" * 64},
        {"data_fingerprint": "f" * 64},
        {"num_fake": 9_999},
        {"num_real": 9_999},
        {"preprocessing": "x / 255"},
        {"resizing": "tf1"},
        {"channels": "repeated"},
        {"image_shape": [32, 32, 1]},
        {"repeats": 3},
        {"use_ema": False},
        {"truncation": 0.7},
        {"labels": "uniform"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_condition_is_another_table(change, tmp_path):
    first, second = boards_of(models_of(tmp_path, report_of(), report_of(**change)))
    assert len(first.models) == len(second.models) == 1
    name = next(iter(change)).replace("_", " ")
    if first.title == second.title:
        assert name in second.note


def test_a_folder_named_like_a_data_set_is_a_folder(tmp_path):
    own = report_of(reference="folder mnist", data_fingerprint="f" * 64)
    (board,) = boards_of(models_of(tmp_path, own, data="/home/me/mnist:train"))
    assert board.title == "folder mnist: 10,000 samples, seen by digits"
    (model,) = board.models.values()
    assert model.data == "./mnist"
    assert "--reference FOLDER" in model.repeat


@pytest.mark.parametrize("lost", ["extractor_sha256", "num_fake", "data_fingerprint"])
def test_what_does_not_tell_its_conditions_stands_alone(lost, tmp_path):
    reports = [report_of(**{lost: None}) for _ in range(2)]
    assert len(boards_of(models_of(tmp_path, *reports))) == 2


def test_classes_drawn_as_usual_are_no_other_condition(tmp_path):
    """A class-conditional GAN stands beside others, as in every paper."""
    conditional = report_of(labels="balanced as the reference", num_classes=10)
    assert len(boards_of(models_of(tmp_path, report_of(), conditional))) == 1


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"is_splits": 1}, "IS (digits) [1, mean of exp"),
        ({"protocols": {"is": "another"}}, "IS (digits) [10, another]"),
    ],
)
def test_another_protocol_of_a_metric_is_another_column(change, label, tmp_path):
    (board,) = boards_of(models_of(tmp_path, report_of(), report_of(**change)))
    columns = [c for c in board.columns if c.metric == "is"]
    assert [len(c.cells) for c in columns] == [1, 1]
    assert any(c.label.startswith(label) for c in columns)
    assert {cell.rank for c in columns for cell in c.cells.values()} == {1}


def test_within_the_noise_models_share_a_rank(tmp_path):
    reports = [report_of(fid, noise=0.1) for fid in (1.0, 1.1, 1.16, 5.0)]
    (board,) = boards_of(models_of(tmp_path, *reports))
    assert ranks(board) == {"m0": 1, "m1": 1, "m2": 2, "m3": 4}
    assert ranks(board, "is") == dict.fromkeys(("m0", "m1", "m2", "m3"), 1)


def test_higher_is_better_where_it_is(tmp_path):
    reports = [report_of(scores={"is": value}) for value in (2.0, 9.0)]
    (board,) = boards_of(models_of(tmp_path, *reports))
    assert ranks(board, "is") == {"m1": 1, "m0": 2}


def test_a_model_without_a_score_is_last(tmp_path):
    scores = ({"is": 9.0, "kid": 0.1}, {"fid": 3.0}, {"fid": 2.0})
    (board,) = boards_of(models_of(tmp_path, *(report_of(scores=s) for s in scores)))
    assert [m.name for m in board.models.values()] == ["m2", "m1", "m0"]
    kid = next(c for c in board.columns if c.metric == "kid")
    assert kid.cells[0].value == pytest.approx(100)  # as tables show it, x 1000


def test_anchors_stand_where_their_conditions_hold(tmp_path):
    reports = [report_of(), report_of(num_fake=9), report_of(is_splits=1)]
    first, second = boards_of(models_of(tmp_path, *reports), fake_anchors())
    assert first.anchors == ["train", "mean_image", "noise"]
    assert second.anchors == []
    fid, *splits = first.columns
    assert fid.anchors["train"].value == 0.05
    with_anchors = {c.conditions["is_splits"]: bool(c.anchors) for c in splits}
    assert with_anchors == {10: True, 1: False}
    assert all(cell.rank == 0 for cell in fid.anchors.values())
