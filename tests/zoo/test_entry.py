"""The making of the zoo, on tiny recipes."""

import json
import shutil

import pytest
from huggingface_hub import metadata_load

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, zoo
from keras_gan_zoo.cards import largest_differences, score_table

RECIPE = {
    "family": "MLPGAN",
    "arguments": {
        "image_shape": [28, 28, 1],
        "generator_widths": [16],
        "discriminator_widths": [16],
        "ema_half_life": 100.0,
        "seed": 1,
    },
    "compile": {
        "generator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 0.001},
        }
    },
    "data": "digits:train[:128]",
    "batch_size": 32,
    "epochs": 3,
    "selection": {"reference": "digits:test", "num_images": 40},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One entry, trained and written; its folders."""
    root = tmp_path_factory.mktemp("made")
    folder = root / "zoo" / "tiny"
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_text(json.dumps(RECIPE))
    said = []
    zoo.make_entry(
        "tiny", root / "run", root / "zoo", num_images=40, verbose=0, report=said.append
    )
    return root / "zoo", root / "run", said


@pytest.fixture
def tiny_zoo(made, monkeypatch):
    for module in (presets, presets.index):
        monkeypatch.setattr(module, "zoo_folder", lambda: made[0])
    return made[0]


def test_the_entry_keeps_the_recipe_that_its_run_began_with(made):
    for folder in (made[0] / "tiny", made[1]):
        written = json.loads((folder / "recipe.json").read_text())
        assert {key: written[key] for key in RECIPE} == RECIPE


def test_the_best_snapshot_is_published(made):
    folder, run = made[0] / "tiny", made[1]
    scores = json.loads((folder / "scores.json").read_text())
    selection = scores["selection"]
    assert selection["candidates"] == 3
    best = min(selection["scores"], key=selection["scores"].get)
    assert scores["epoch"] == int(best)
    gan = kgz.MLPGAN.from_preset(folder)
    snapshot = kgz.MLPGAN(**RECIPE["arguments"])
    snapshot.ema_generator.load_weights(
        run / "snapshots" / f"epoch_{int(best):04d}.weights.h5"
    )
    digest = presets.weights_sha256(snapshot.ema_generator)
    assert presets.weights_sha256(gan.ema_generator) == digest
    assert scores["conditions"]["generator_sha256"] == digest
    assert scores["conditions"]["reference"] == "digits:test"
    assert scores["last"]["epoch"] == 3
    assert (
        kgz.ScoreReport.load(folder / "scores.json")["fid"] == scores["scores"]["fid"]
    )


def test_the_folder_is_ready_for_the_hub(made):
    folder = made[0] / "tiny"
    assert {path.name for path in folder.iterdir()} == set(presets.files.FILES)
    text = (folder / "README.md").read_text()
    assert 'from_preset("tiny")' in text
    assert "the raw one is left out" in text
    assert metadata_load(folder / "README.md")["datasets"] == ["ylecun/mnist"]
    recipe = json.loads((folder / "recipe.json").read_text())
    assert {key: recipe[key] for key in RECIPE} == RECIPE


def test_it_loads_by_name(tiny_zoo):
    gan = kgz.GAN.from_preset("tiny")
    assert gan.generate(1, seed=0).shape == (1, 28, 28, 1)
    entry = presets.read_index()["tiny"]
    assert entry["metadata"]["paper"] == "https://arxiv.org/abs/1406.2661"
    assert set(entry["scores"]) == {"is", "is_std", "fid"}


def test_a_run_that_is_over_is_neither_trained_nor_scored_again(made, monkeypatch):
    _, run, _ = made
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*.h5")}
    gan = zoo.train(RECIPE, run, verbose=0)
    del before[run / "backup" / "latest.weights.h5"]
    assert {p: p.stat().st_mtime_ns for p in before} == before
    last = kgz.MLPGAN(**RECIPE["arguments"])
    last.ema_generator.load_weights(run / "snapshots" / "epoch_0003.weights.h5")
    assert presets.weights_sha256(gan.ema_generator) == presets.weights_sha256(
        last.ema_generator
    )

    def refuse(*_, **__):
        raise AssertionError("scored again")

    monkeypatch.setattr(zoo.entry, "score", refuse)
    chosen = zoo.select(gan, RECIPE, run, report=lambda _: None)
    assert chosen["candidates"] == 3


def test_selection_goes_on_after_an_interruption(made, tmp_path, monkeypatch):
    run = shutil.copytree(made[1], tmp_path / "run")
    path = run / "selection.json"
    record = json.loads(path.read_text())
    del record["scores"]["2"]
    path.write_text(json.dumps(record))
    scored = []

    def counted(*args, **kwargs):
        scored.append(1)
        return kgz.score(*args, **kwargs)

    monkeypatch.setattr(zoo.entry, "score", counted)
    gan = kgz.MLPGAN(**RECIPE["arguments"])
    zoo.select(gan, RECIPE, run, report=lambda _: None)
    assert len(scored) == 1
    # other settings: nothing of before counts
    other = {**RECIPE, "selection": {**RECIPE["selection"], "num_images": 30}}
    zoo.select(gan, other, run, report=lambda _: None)
    assert len(scored) == 4


def test_one_table_of_the_zoo(tiny_zoo, tmp_path, monkeypatch):
    out = tmp_path / "results" / "zoo_scores"
    reports = zoo.score_zoo(out, reference="digits:test", num_images=30, verbose=0)
    text = out.with_suffix(".md").read_text()
    assert text.startswith("| entry | parameters | IS (digits) | 95 % interval |")
    assert f"| {reports['tiny']['fid']:.2f} |" in text
    assert "30 samples of seed 0 against `digits:test` (1,000 images)" in text
    assert zoo.read_scores(out) == reports

    def refuse(*_, **__):
        raise AssertionError("scored again")

    monkeypatch.setattr(zoo.entry, "score", refuse)
    same = {"reference": "digits:test", "num_images": 30, "verbose": 0}
    assert zoo.score_zoo(out, resume=True, **same) == reports
    with pytest.raises(AssertionError, match="again"):
        zoo.score_zoo(out, resume=True, **{**same, "num_images": 31})
    with pytest.raises(ValueError, match="Received: nope"):
        zoo.score_zoo(out, ["nope"])


def report(fid, digest="a"):
    return kgz.ScoreReport(
        {"fid": fid},
        conditions={
            "generator_sha256": digest,
            "num_fake": 10,
            "reference": "mnist:test",
            "seed": 0,
            "extractor": "digits",
            "extractor_sha256": "e" * 64,
            "images_per_second": 1234.5,
            "backend": "jax",
            "device": "cuda:0",
        },
    )


def test_differences_between_two_machines():
    ours = {"a": report(1.0), "b": report(5.0), "c": report(0.0)}
    theirs = {"a": report(1.5), "b": report(5.25), "c": report(9.0, "other")}
    assert largest_differences(ours, theirs) == {"fid": (0.5, "a")}
    with pytest.raises(ValueError, match="none alike"):
        largest_differences(ours, {"c": theirs["c"]})
    assert "| `a` |  | 1.00 | - | 1,234 | jax, cuda:0 |" in score_table(ours, {})


def test_the_readme_gets_the_table_between_its_markers(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"# Zoo\n{zoo.START}\nold\n{zoo.END}\nmore\n")
    assert zoo.refresh_readme(path, "| new |\n")
    assert path.read_text() == f"# Zoo\n{zoo.START}\n| new |\n{zoo.END}\nmore\n"
    path.write_text("# Zoo\n")
    assert not zoo.refresh_readme(path, "| new |")
    assert path.read_text() == "# Zoo\n"


def test_plan_takes_the_shape_of_the_data():
    plan = zoo.plan(family="WGAN-GP", data="digits:test[:5]", epochs=2, seed=3)
    assert plan["family"] == "WGANGP"
    assert plan["arguments"]["image_shape"] == [28, 28, 1]
    assert (plan["arguments"]["seed"], plan["batch_size"]) == (3, 64)
    again = zoo.plan(plan, batch_size=8)
    assert again == {**plan, "batch_size": 8}
    other = zoo.plan({**plan, "description": "of MNIST"}, data="digits:test[:2]")
    assert "description" not in other


@pytest.mark.parametrize("name", presets.read_index())
def test_the_recipe_of_each_zoo_entry_can_be_trained_again(name):
    recipe = zoo.find_recipe(name)
    gan = getattr(kgz, recipe["family"])(**recipe["arguments"])
    gan.compile(**recipe.get("compile", {}))
    assert type(gan) is type(kgz.GAN.from_preset(name))
