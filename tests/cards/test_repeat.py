"""A card promises a command only where it works."""

import pytest
from card_report import RECIPE, report_of

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import repeat, write_card
from keras_gan_zoo.scoring.extractors.inception_weights import SHA256


def report(gan, **conditions):
    found = report_of(gan)
    return kgz.ScoreReport(found, conditions={**found.conditions, **conditions})


def command(gan, **conditions):
    return repeat.score_command(report(gan, **conditions), "./g")


BASE = "keras-gan-zoo score ./g --reference mnist:test --metrics is,fid"
TAIL = " --num-images 64 --seed 0"
FOLDER = {"dataset": "/home/me/cats", "reference": "folder cats:train"}
#: as reports had it: a folder's name, which may be a data set's
NAMESAKE = {"dataset": "mnist", "reference": "folder mnist"}
OF_FOLDER = "keras-gan-zoo score ./g --reference FOLDER"
AS = {"image_size": [64, 64], "crop_to_aspect_ratio": True, "pillow": "12.0"}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, BASE + TAIL),
        ({"extractor": "fashion"}, f"{BASE} --extractor fashion{TAIL}"),
        (
            {"extractor": "inception", "weights_file_sha256": SHA256},
            f"{BASE} --extractor inception{TAIL}",
        ),
        (
            {"extractor": "inception-clean", "weights_file_sha256": SHA256},
            f"{BASE} --extractor inception --resizer clean{TAIL}",
        ),
        (
            {"extractor": "inception", "weights_file_sha256": "0" * 64},
            f"{BASE} --extractor inception --extractor-weights FILE{TAIL}",
        ),
        (
            {"extractor": "keras_applications/EfficientNetB0"},
            f"{BASE} --extractor keras_applications/EfficientNetB0{TAIL}",
        ),
        ({"infinity_method": "paper"}, f"{BASE}{TAIL} --infinity-method paper"),
        ({"infinity_method": "halves"}, BASE + TAIL),
        ({"repeats": 3}, f"{BASE} --num-images 64 --repeats 3 --seed 0"),
        (
            FOLDER,
            "keras-gan-zoo score ./g --reference FOLDER --metrics is,fid "
            f"--extractor digits{TAIL}",
        ),
        (
            NAMESAKE,
            "keras-gan-zoo score ./g --reference FOLDER --metrics is,fid "
            f"--extractor digits{TAIL}",
        ),
        ({"labels": "balanced as the reference"}, BASE + TAIL),
        ({"labels": "drawn by the GAN, from the seed's stream"}, BASE + TAIL),
        ({"labels": "uniform"}, f"{BASE}{TAIL} --labels uniform"),
        ({"is_splits": 5}, f"{BASE}{TAIL} --splits 5"),
        (
            {**FOLDER, "reference_preparation": AS},
            f"{OF_FOLDER} --image-size 64 --crop --metrics is,fid --extractor digits"
            + TAIL,
        ),
        (
            {
                "dataset": "cats",
                "reference": "folder cats:test",
                "reference_preparation": {
                    "image_size": [48, 64],
                    "pad_to_aspect_ratio": True,
                    "interpolation": "box",
                    "color_mode": "rgb",
                    "background": [255, 255, 255],
                    "scale_16_bit": True,
                },
            },
            f"{OF_FOLDER}:test --image-size 48x64 --pad --interpolation box "
            "--color-mode rgb --background '#ffffff' --scale-16-bit --metrics is,fid "
            f"--extractor digits{TAIL}",
        ),
        ({**FOLDER, "reference_preparation": {"horizontal_flip": True}}, None),
        ({**FOLDER, "reference_preparation": {"melted": True}}, None),
        ({**FOLDER, "reference_preparation": 7}, None),
        ({"labels": "as given"}, None),
        ({"use_ema": False}, None),
        ({"extractor": "mine"}, None),
        ({"dataset": None, "reference": "array"}, None),
    ],
)
def test_the_command_that_repeats_scores(gan, conditions, expected):
    assert command(gan, **conditions) == expected


@pytest.mark.parametrize(
    ("conditions", "arguments"),
    [
        (
            {"extractor": "mine"},
            "gan, \"mnist:test\", metrics=['is', 'fid'], extractor=extractor",
        ),
        ({"dataset": None, "reference": "array"}, "gan, reference, metrics="),
        ({"extractor": "mine", **NAMESAKE}, "gan, reference, metrics="),
        (
            {**FOLDER, "reference_preparation": {**AS, "horizontal_flip": True}},
            'gan, kgz.datasets.ImageFolder("FOLDER", image_size=[64, 64], '
            "crop_to_aspect_ratio=True, horizontal_flip=True), metrics=",
        ),
    ],
)
def test_objects_of_the_authors_own_are_asked_for(gan, tmp_path, conditions, arguments):
    folder = gan.save_to_preset(tmp_path / "g", report=report(gan, **conditions))
    text = write_card(folder).read_text()
    assert "keras-gan-zoo score" not in text
    assert f"kgz.score({arguments}" in text


@pytest.mark.parametrize(
    ("conditions", "arguments"),
    [
        ({}, "extractor='digits', num_images=64, seed=0)"),
        (
            {"repeats": 3, "labels": "uniform", "is_splits": 5, "use_ema": False},
            'seed=0, repeats=3, labels="uniform", splits=5, use_ema=False)',
        ),
        ({"labels": "as given"}, "seed=0, labels=labels)"),
        (
            {"extractor": "inception-clean", "weights_file_sha256": SHA256},
            'extractor=kgz.scoring.extractors.get("inception", resizer="clean"), ',
        ),
    ],
)
def test_the_call_has_all_that_is_not_the_default(gan, conditions, arguments):
    assert arguments in repeat.score_call(report(gan, **conditions))


@pytest.mark.parametrize(
    ("conditions", "options"),
    [
        ({}, ""),
        (FOLDER, " --reference FOLDER"),
        (
            {"extractor": "inception-clean", "weights_file_sha256": "0" * 64},
            " --extractor-weights FILE --resizer clean",
        ),
    ],
)
def test_what_verify_needs_is_in_the_card(gan, tmp_path, conditions, options):
    folder = gan.save_to_preset(tmp_path / "g", report=report(gan, **conditions))
    expected = f"`keras-gan-zoo verify ./g{options}` does so and compares."
    assert expected in write_card(folder).read_text()


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (RECIPE, "keras-gan-zoo train ./g --out run"),
        ({**RECIPE, "data": "cats:train"}, "keras-gan-zoo train ./g --data FOLDER"),
        ({**RECIPE, "family": "OfMine"}, None),
        ({**RECIPE, "continued": {}}, None),
        ({"seed": 3}, None),
        ({}, None),
    ],
)
def test_the_command_that_repeats_a_training(recipe, expected):
    found = repeat.train_command(recipe, "./g")
    assert found == expected or found.startswith(expected)


def test_a_recipe_that_is_no_run_is_shown_without_a_command(gan, tmp_path):
    folder = gan.save_to_preset(tmp_path / "g", recipe={"seed": 3})
    text = write_card(folder).read_text()
    assert "This is `recipe.json`:" in text
    assert "keras-gan-zoo train" not in text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("fashion_mnist:train", "compare with MNIST, and it was trained on Fashion-"),
        ("/home/me/cats", "compare with MNIST, not with its training data."),
        ("digits:train", None),
        ("mnist:train", None),
    ],
)
def test_a_reference_of_other_data_is_told(gan, tmp_path, data, told):
    recipe = {**RECIPE, "data": data}
    folder = gan.save_to_preset(tmp_path / "g", report=report_of(gan), recipe=recipe)
    text = write_card(folder).read_text()
    assert ("The scores compare with" in text) == (told is not None)
    assert told is None or told in text
    assert "/home/me" not in text


def test_no_path_of_a_reference_is_in_a_card(gan, tmp_path):
    folder = gan.save_to_preset(tmp_path / "g", report=report(gan, **FOLDER))
    assert "/home/me" not in write_card(folder).read_text()


def test_a_reference_named_like_a_data_set_is_not_that(gan, tmp_path):
    found = report(gan, **NAMESAKE)
    text = write_card(gan.save_to_preset(tmp_path / "g", report=found)).read_text()
    assert "ylecun" not in text
    assert "MNIST" not in text
    assert "| dataset |" not in text
    assert "name: folder mnist" in text


def test_classes_of_the_authors_own_are_in_the_example(gan, tmp_path):
    folder = gan.save_to_preset(tmp_path / "g", report=report_of(gan), recipe=RECIPE)
    text = write_card(folder, custom_objects={"Mine": object}).read_text()
    assert 'from_preset("./g", custom_objects={"Mine": Mine})' in text
    assert "keras-gan-zoo score" not in text
    assert "keras-gan-zoo train" not in text


def test_the_texts_of_a_card(gan, tmp_path):
    folder = gan.save_to_preset(tmp_path / "g", report=report_of(gan), recipe=RECIPE)
    text = write_card(folder).read_text()
    assert 'pip install "keras-gan-zoo[tensorflow]"' in text
    start, end = (text.index(tag) for tag in ("<details>", "</details>"))
    assert start < text.index("| num real | 10000 |") < end
    assert "1 discriminator step per generator step" in text


def test_a_score_has_one_name(gan, tmp_path):
    from huggingface_hub import metadata_load

    scores = report_of(gan, kid=0.0025, recall=0.5)
    path = write_card(gan.save_to_preset(tmp_path / "g", report=scores))
    (model,) = metadata_load(path)["model-index"]
    (result,) = model["results"]
    names = {metric["name"] for metric in result["metrics"]}
    assert names == {scores.label(metric) for metric in scores.metrics}
    assert "| FID (digits) |" in path.read_text()
