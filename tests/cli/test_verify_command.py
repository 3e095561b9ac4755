"""`verify`, for people and for scripts."""

import json


def test_a_card_that_holds(run, preset):
    result = run("verify", preset)
    assert "FID (digits)" in result.stdout
    assert "The card holds." in result.stdout
    found = json.loads(run("verify", "tiny", "--metrics", "fid", "--json").stdout)
    assert found["verdict"] == "holds"
    verdicts = {check["metric"]: check["verdict"] for check in found["checks"]}
    assert verdicts == {"is": "left out", "fid": "holds"}


def test_a_card_that_does_not(run, preset):
    path = preset / "README.md"
    path.write_text(path.read_text().replace("| IS (digits) | ", "| IS (digits) | 1"))
    result = run("verify", preset, "--metrics", "is", code=1)
    assert "The table says 'IS (digits)', value: '1" in " ".join(result.stdout.split())
    assert json.loads(run("verify", preset, "--json", code=1).stdout)["problems"]


def test_a_card_that_can_not_be_repeated(run, preset):
    assert "Did you mean 'tiny'" in run("verify", "tinny", code=2).stderr
    assert "--metrics" in run("verify", preset, "--metrics", "kid", code=2).stderr
    path = preset / "scores.json"
    path.write_text(path.read_text().replace('"digits:test"', '"my cats"'))
    result = run("verify", preset, code=2)
    assert "not repeated: its reference, 'my cats'" in " ".join(result.stdout.split())
    result = run("verify", preset, "--reference", "digits:train", code=2)
    assert "data fingerprint is" in " ".join(result.stdout.split())
    path.unlink()
    assert "nothing to repeat" in run("verify", preset, "--json", code=2).stderr
