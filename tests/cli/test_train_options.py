"""`keras-gan-zoo train`: the model's settings as options."""

import json
from pathlib import Path

import pytest
from pictures import write

import keras_gan_zoo as kgz

TINY = "--data digits:train[:64] --epochs 1 --batch-size 32"


def recipe_of(run, line, **kwargs):
    """The recipe that `train` would run."""
    found = {}

    def train(recipe, folder, **_):
        found.update(json.loads(json.dumps(recipe)))
        raise ValueError("enough")

    import keras_gan_zoo.recipes as recipes

    original = recipes.train
    recipes.train = train
    try:
        assert "enough" in run("train", *line.split(), code=1).stderr
    finally:
        recipes.train = original
    return found


def test_every_setting_reaches_the_model(run):
    line = (
        "--family wgan_gp --generator-widths 8,4 --discriminator-widths 4,6 "
        "--latent-dim 5 --loss hinge --penalty r1=3 --penalty gradient_penalty "
        "--critic-steps 2 --generator-learning-rate 1e-3 --augmentation diff_augment "
        "--discriminator-learning-rate 2e-3 --dtype mixed_bfloat16 --out r"
    )
    run("train", *line.split(), *TINY.split())
    gan = kgz.GAN.from_preset("r/preset")
    assert isinstance(gan, kgz.WGANGP)
    assert (gan.generator_widths, gan.discriminator_widths) == ((8, 4), (4, 6))
    assert (gan.latent_dim, gan.critic_steps) == (5, 2)
    assert isinstance(gan.objective, kgz.losses.Hinge)
    assert isinstance(gan.augmentation, kgz.augmentation.DiffAugment)
    assert gan.dtype_policy.name == "mixed_bfloat16"
    weights = {type(term): term.weight for term in gan.penalties}
    assert weights == {kgz.R1: 3.0, kgz.GradientPenalty: 10.0}
    recipe = json.loads(Path("r/recipe.json").read_text())
    again = kgz.recipes.build(recipe).optimizer
    assert float(again.generator_optimizer.learning_rate) == pytest.approx(1e-3)
    assert float(again.discriminator_optimizer.learning_rate) == pytest.approx(2e-3)
    # what was not named is as published
    assert float(again.discriminator_optimizer.beta_1) == 0
    assert float(again.discriminator_optimizer.beta_2) == pytest.approx(0.9)
    # and the same options go on with the run
    again = run("train", *line.split(), *TINY.split())
    assert "r/preset" in again.stdout


def test_a_run_may_be_called_like_its_data(run):
    line = "--family mlp_gan --generator-widths 4 --discriminator-widths 4 --out digits"
    first, again = (run("train", *line.split(), *TINY.split()) for _ in range(2))
    assert "means the data set of that name" in " ".join(first.stderr.split())
    assert "were done already" in again.stdout


def test_options_replace_what_a_recipe_says(run, preset):
    found = recipe_of(
        run, f"{preset} --generator-widths 4 --generator-learning-rate 0.5 --penalty r2"
    )
    assert found["arguments"]["generator_widths"] == [4]
    assert found["arguments"]["discriminator_widths"] == [8]  # the recipe's own
    (penalty,) = found["arguments"]["penalties"]
    assert kgz.penalties.get(penalty).weight == 10
    config = found["compile"]["generator_optimizer"]
    assert config["config"]["learning_rate"] == 0.5
    assert "discriminator_optimizer" not in found["compile"]


def test_as_wide_as_published(run, preset):
    found = recipe_of(run, f"{preset} --full-width --latent-dim 7")
    assert "generator_widths" not in found["arguments"]
    assert found["arguments"]["latent_dim"] == 7
    found = recipe_of(run, f"{preset} --full-width --generator-widths 4")
    assert found["arguments"]["generator_widths"] == [4]


def test_no_augmentation(run):
    recipe = "studiogan/stylegan2_diffaug_cifar10 --augmentation none"
    assert recipe_of(run, recipe)["arguments"]["augmentation"] is None


def test_no_penalty(run):
    found = recipe_of(run, f"--family wgan_gp --penalty none {TINY}")
    assert found["arguments"]["penalties"] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--family info_gan --latent-dim 8", "InfoGAN has no --latent-dim"),
        ("--family dcgan --loss hing", "--loss must be one of"),
        ("--family dcgan --penalty r3", "--penalty must be none or any of"),
        ("--family dcgan --penalty r1=much", "r1=10"),
        ("--family dcgan --penalty none --penalty r1", "none or any of"),
        ("--family dcgan --augmentation diffaug", "Did you mean 'diff_augment'?"),
        ("--family dcgan --dtype bfloat17", "--dtype must be one of float16"),
        ("--family dcgan --generator-learning-rate 0", "--generator-learning-rate"),
        ("--family dcgan --discriminator-learning-rate nan", "must be finite"),
    ],
)
def test_what_does_not_go_is_refused_before_the_data_are_read(
    run, monkeypatch, line, says
):
    def load(*_):
        raise AssertionError("loaded")

    monkeypatch.setattr("keras_gan_zoo.datasets.load", load)
    text = run("train", *line.split(), "--data", "./mine", code=1).stderr
    assert says in text
    assert "Received: " in text


@pytest.mark.parametrize(
    "line",
    [
        "--generator-widths 8,x",
        "--generator-widths 8,",
        "--discriminator-widths 0",
        "--critic-steps 0",
        "--latent-dim 0",
        "--seed -1",
    ],
)
def test_wrong_usage(run, line):
    run("train", "--family", "dcgan", "--data", "digits", *line.split(), code=2)


def test_images_are_prepared(run, tmp_path):
    for index, size in enumerate([(12, 8), (16, 16)]):
        write(tmp_path / "photos" / f"{index}.png", size=size)
    line = "--family dcgan --data photos"
    text = run("train", *line.split(), code=1).stderr
    assert "Pass an --image-size, and --crop or --pad" in text
    found = recipe_of(
        run,
        f"{line} --image-size 28x56 --pad --interpolation box --color-mode grayscale "
        "--background #fff --scale-16-bit --flip --on-error skip",
    )
    assert found["arguments"]["image_shape"] == [28, 56, 1]
    assert found["on_error"] == "skip"
    assert found["preparation"] == {
        "image_size": [28, 56],
        "crop_to_aspect_ratio": False,
        "pad_to_aspect_ratio": True,
        "interpolation": "box",
        "color_mode": "grayscale",
        "background": [255, 255, 255],
        "scale_16_bit": True,
        "horizontal_flip": True,
    }
    Path("padded.json").write_text(json.dumps(found))
    found = recipe_of(run, "padded.json --crop --no-flip")
    assert found["preparation"]["crop_to_aspect_ratio"]
    assert not found["preparation"]["pad_to_aspect_ratio"]
    assert not found["preparation"]["horizontal_flip"]
    for wrong in ("--image-size 64xx", "--interpolation lancos", "--color-mode cmyk"):
        run("train", *line.split(), *wrong.split(), code=2)


def test_how_often_and_how_many_checkpoints(run):
    line = f"--family mlp_gan --generator-widths 4 --discriminator-widths 4 {TINY}"
    text = run("train", *line.split(), "--save-freq", "often", code=1).stderr
    assert "--save-freq must be" in text
    run("train", *line.split(), "--save-freq", "1", "--keep", "3", "--epochs", "2")
    assert len(list(Path("run/backup").glob("*.weights.h5*"))) == 3


def test_a_score_against_a_folder(run, tmp_path):
    for index, size in enumerate([(40, 30), (30, 40), (32, 32)] * 4):
        write(tmp_path / "photos" / f"{index:02}.png", "L", size=size)
    (tmp_path / "photos" / "11_bad.png").write_bytes(b"no image")
    line = (
        "--family mlp_gan --generator-widths 4 --discriminator-widths 4 "
        "--data photos:train[:6] --image-size 28 --crop --on-error skip --epochs 1 "
        "--score photos:train[6:]"
    )
    told = run("train", *line.split(), code=1).stderr
    assert "Which extractor?" in told
    assert "--extractor" in told
    result = run("train", *line.split(), "--extractor", "digits")
    assert "fid" in (tmp_path / "run" / "log.csv").read_text().splitlines()[0]
    assert "Trained" in result.stdout
