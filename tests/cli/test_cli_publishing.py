"""`card` and `publish`."""

import os
import subprocess
import sys

from huggingface_hub import metadata_load


def test_card(run, preset):
    (preset / "README.md").unlink()
    assert "README.md" in run("card", preset, "--license", "mit").stdout
    assert metadata_load(preset / "README.md")["license"] == "mit"
    advice = run("card", preset, code=1).stderr
    assert "--overwrite" in advice
    assert "--refresh, which keeps your words" in advice
    assert "refresh_card" not in advice
    wrong = run("card", preset, "--refresh", "--handle", "me/g", code=1).stderr
    assert "--handle is what" in wrong
    assert "'hf://me/g'" in wrong
    run("card", preset, "--overwrite", "--handle", "hf://me/g")
    assert 'from_preset("hf://me/g")' in (preset / "README.md").read_text()


def test_card_that_is_brought_up_to_date(run, preset):
    path = preset / "README.md"
    path.write_text(path.read_text() + "\nMine.\n")
    run("card", preset, "--refresh", "--handle", "hf://me/g")
    assert 'from_preset("hf://me/g")' in path.read_text()
    assert path.read_text().endswith("\nMine.\n")
    run("card", preset, "--refresh", "--license", "cc-by-nc-4.0")
    assert metadata_load(path)["license"] == "cc-by-nc-4.0"
    assert (
        "give one of them"
        in run("card", preset, "--refresh", "--overwrite", code=2).stderr
    )


def test_an_attached_report_is_in_the_card(run, preset):
    numbers = ("--num-images", "30", "--no-verify", "--metrics", "fid")
    run("score", preset, "--reference", "digits:test", *numbers, "--attach")
    (model,) = metadata_load(preset / "README.md")["model-index"]
    ((metric,),) = (result["metrics"] for result in model["results"])
    assert metric["args"]["num_fake"] == 30
    text = (preset / "README.md").read_text()
    assert "| num fake | 30 |" in text
    assert "| IS (digits) |" not in text


def test_publish_refuses_what_was_not_scored(run, preset):
    (preset / "scores.json").unlink()
    result = run("publish", preset, "hf://me/g", code=1)
    assert "keras-gan-zoo score" in result.stderr
    assert "--no-score" in result.stderr


def test_a_space_is_looked_at_before_anything_is_uploaded(run, preset, monkeypatch):
    from keras_gan_zoo import zoo

    uploads = []
    monkeypatch.setattr(zoo, "publish_folder", lambda *a, **k: uploads.append(a))
    result = run("publish", preset, "hf://me/g", "--space", preset, code=1)
    assert "A Space must have a folder of its own" in result.stderr
    assert not uploads


def test_publish_on_a_hub(preset):
    from hub_server import HubServer

    (preset / "README.md").unlink()
    with HubServer({"hf_secret_me": "me"}) as hub:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HF_")},
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(preset.parent / "home"),
            "HF_TOKEN": "hf_secret_me",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        code = "from keras_gan_zoo.cli import main; main()"
        line = ["publish", preset, "hf://me/g", "--space", preset.parent / "space"]
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, line)],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "Published: http" in done.stdout
        assert "hf_secret" not in done.stdout + done.stderr
        pushed = hub.repos["me/g"]
        (commit,) = {pushed.resolve("main")}
        card = pushed.commits[commit]["README.md"].decode()
    assert 'from_preset("hf://me/g")' in card
    assert str(preset.parent) not in card
    assert "hf upload me/g-demo" in done.stdout
    space = preset.parent / "space"
    assert 'kgz.demo("hf://me/g")' in (space / "app.py").read_text()
    assert metadata_load(space / "README.md")["license"] == "apache-2.0"
