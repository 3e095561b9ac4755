"""Where models come from, and what happens to those that can't be read."""

import json

import pytest
from fake_cards import fake_card, report_of
from hub_server import HubServer
from presets.hub_client import ME, TOKENS, careful_client, contents

from keras_gan_zoo import presets
from keras_gan_zoo.leaderboard import gather, read_model, write_leaderboard
from keras_gan_zoo.leaderboard.boards import boards_of
from keras_gan_zoo.leaderboard.plots import plots_of
from keras_gan_zoo.presets import client


@pytest.fixture
def card(tmp_path):
    return fake_card(tmp_path / "my_gan", seconds=90.5)


def edit(folder, name, **changes):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


# === On this machine ===


def test_the_zoo_is_the_default():
    found = gather()
    assert [model.name for model in found.models] == presets.list_presets()
    assert found.problems == {}
    model = next(m for m in found.models if m.name == "dcgan_mnist")
    assert (model.family, model.data, model.parameters) == ("DCGAN", "MNIST", 169_849)
    assert model.paper[1] == "https://arxiv.org/abs/1511.06434"
    assert model.repeat.startswith("keras-gan-zoo score dcgan_mnist --reference mnist:")


def test_a_folder_and_a_folder_of_folders(card, tmp_path):
    (tmp_path / "run").mkdir()
    fake_card(tmp_path / "run" / "preset")
    (tmp_path / "run" / "sessions.json").write_text('[{"seconds": 60}, {"seconds": 5}]')
    found = gather([card, tmp_path])
    assert [(m.name, m.seconds) for m in found.models] == [
        *[("my_gan", 90.5), ("run", 65.0)]
    ]
    assert found.problems == {}


def test_a_folder_by_two_paths_is_one_model(card, tmp_path, monkeypatch):
    """Listed twice, it would push the next one down by two ranks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(card, target_is_directory=True)
    found = gather(["my_gan", "./my_gan/", card, "link", tmp_path])
    assert [model.name for model in found.models] == ["my_gan"]


def test_folders_of_one_name_are_told_apart(card, tmp_path):
    fake_card(tmp_path / "other" / "my_gan")
    found = gather([card, tmp_path / "other" / "my_gan"])
    assert [model.name for model in found.models] == ["my_gan #1", "my_gan #2"]


def test_the_home_folder_and_no_folder(card, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert [model.name for model in gather("~/my_gan").models] == ["my_gan"]
    assert [model.name for model in gather(["~"]).models] == ["my_gan"]
    assert "must not be empty" in gather([""]).problems[""]


def test_one_source_needs_no_list(card, tmp_path):
    expected = gather([card])
    assert gather(card) == gather(str(card)) == expected
    assert write_leaderboard(tmp_path / "board", card) == expected


def test_the_time_of_a_training_names_its_machine(tmp_path):
    sessions = [
        {"seconds": 60, "backend": "jax", "devices": ["CPU"], "cpus": 2},
        {"seconds": 30, "backend": "jax", "devices": ["NVIDIA H200"], "cpus": 16},
    ]
    fake_card(tmp_path / "ant", training={"seconds": 90, "machine": "torch on a phone"})
    fake_card(tmp_path / "bee" / "preset")
    (tmp_path / "bee" / "sessions.json").write_text(json.dumps(sessions))
    fake_card(tmp_path / "cat", training={"seconds": 90})
    fake_card(tmp_path / "dog", training={"machine": "torch on a phone"})
    found = {model.name: model.trained_in for model in gather([tmp_path]).models}
    assert found == {
        "ant": "1:30, torch on a phone",
        "bee": "1:30, jax on 2 CPU cores, then jax on NVIDIA H200",
        "cat": "1:30",
        "dog": "",
    }
    write_leaderboard(tmp_path / "board", [tmp_path])
    assert "1:30, torch on a phone" in (tmp_path / "board.md").read_text()
    tables = json.loads((tmp_path / "board.json").read_text())["tables"]
    machines = {row["model"]: row["training_machine"] for row in tables[0]["rows"]}
    assert machines["ant"] == "torch on a phone"


def test_times_on_different_machines_are_not_in_one_plot(tmp_path):
    for name, machine in (("ant", "A"), ("bee", "A"), ("cat", "B"), ("dog", None)):
        fake_card(tmp_path / name, training={"seconds": 90, "machine": machine})
    (board,) = boards_of(gather([tmp_path]).models)
    found = {p.x_label: [q["name"] for q in p.points] for p in plots_of(board)[1:]}
    assert found == {
        "training time, A": ["ant", "bee"],
        "training time, B": ["cat"],
        "training time": ["dog"],
    }


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("scores.json", None, "nobody knows under which conditions"),
        ("scores.json", "{", "is not valid JSON"),
        ("scores.json", "[" * 100_000, "nested too deeply"),
        ("scores.json", '{"format": 1}', "A report must be a dict"),
        ("metadata.json", None, "Unknown preset identifier|no preset in it"),
        ("metadata.json", '{"format_version": 99}', "Upgrade"),
        ("task.json", "3", "must be a JSON object"),
        ("README.md", "---\n: [\n---\n", "Invalid metadata in README.md"),
        ("sessions.json", "{}", "must hold a list"),
    ],
)
def test_a_broken_folder_is_named_and_the_others_are_read(
    name, content, why, card, tmp_path
):
    other = fake_card(tmp_path / "other")
    (card / name).unlink(missing_ok=True)
    if content is not None:
        (card / name).write_text(content)
    found = gather([card, other])
    assert [model.name for model in found.models] == ["other"]
    (problem,) = found.problems.values()
    assert any(part in problem for part in why.split("|"))


def scores_of(**changes):
    def change(folder):
        scores = json.loads((folder / "scores.json").read_text())
        for key, value in changes.items():
            scores[key] = {**scores[key], **value}
        (folder / "scores.json").write_text(json.dumps(scores))

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (scores_of(conditions={"generator_sha256": "0" * 64}), "must be of the saved"),
        (scores_of(scores={"fid": 0.01}), "don't belong together"),
        (scores_of(scores={"fid": "a"}), "must be finite"),
        (scores_of(scores={"fid": 10**400}), "must be finite"),
        (scores_of(intervals={"fid": [3.0, 2.0]}), "one below and one above"),
        (scores_of(intervals={"fid": [1.0]}), "two finite numbers"),
        (scores_of(intervals={"fid": 3}), "two finite numbers"),
        (scores_of(conditions={"repeats": "3"}), "`repeats` of a report must be"),
        (scores_of(intervals={"fid": [0.0, 1e308]}), "No score is above 1e+30"),
        (scores_of(last={"scores": {"kid": 1e307}}), "No score is above 1e+30"),
        (lambda f: edit(f, "recipe.json", data=3), "A recipe's `data` must be text"),
        (lambda f: edit(f, "scores.json", scores={"of_mine": 1.0}), "None of its"),
        (lambda f: edit(f, "metadata.json", weights_sha256="0" * 64), "must be of the"),
    ],
)
def test_what_can_not_be_true_is_not_shown(change, why, card):
    change(card)
    found = gather([card])
    assert found.models == []
    assert why in next(iter(found.problems.values()))


@pytest.mark.parametrize("name", ["no_such_gan", "hf://", "hf://a/b/c/d", "s3://x/y"])
def test_what_is_no_preset(name, card):
    found = gather([name, card])
    assert len(found.models) == 1
    assert list(found.problems) == [name]


def test_nothing_at_all(tmp_path):
    with pytest.raises(ValueError, match=r"No scored model.*no_such_gan: Unknown"):
        write_leaderboard(tmp_path / "board", ["no_such_gan"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", [".", "", "..", "/"])
def test_the_page_has_a_name(out, card, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"must have a name.*Received: '"):
        write_leaderboard(out, [card])


@pytest.mark.parametrize("author", ["", "a/b", "a b", "../x", "a?b"])
def test_what_is_no_author(author):
    with pytest.raises(ValueError, match="the name of a user"):
        gather(author=author)


def test_a_command_that_a_shell_could_take_for_more_is_not_shown(tmp_path):
    report = report_of(reference="mnist:test; rm -rf ~", seed="$(id)")
    model = read_model(fake_card(tmp_path / "m", report), "m", "hf://a/m", "a/m")
    assert model.repeat is None


def test_a_name_with_a_space_is_quoted(tmp_path):
    model = read_model(fake_card(tmp_path / "my gan"), "my gan", "./my gan")
    assert model.repeat.startswith("keras-gan-zoo score './my gan' --reference ")
    part = report_of(reference="mnist:test[:100]", split="test[:100]")
    model = read_model(fake_card(tmp_path / "g", part), "g", "./g")
    assert "score ./g --reference 'mnist:test[:100]' " in model.repeat


@pytest.mark.parametrize("fid", [1e29, 1e-320, 0.0])
def test_numbers_far_apart_are_drawn(fid, tmp_path):
    """None of them keeps the others off the page."""
    fake_card(tmp_path / "odd", report_of(noise=0, scores={"fid": fid, "kid": -fid}))
    for i in range(3):
        fake_card(tmp_path / f"m{i}", report_of(10.0**i))
    found = write_leaderboard(tmp_path / "board", [tmp_path])
    assert len(found.models) == 4
    (board,) = boards_of(found.models)
    for plot in plots_of(board):
        assert len(plot.y_ticks) < 20
        assert all(0 <= point["y"] <= 300 for point in plot.points)


def test_an_entry_that_is_on_the_hub(card, monkeypatch):
    entry = {"hf_handle": "hf://me/gan", "revision": "a" * 40}
    monkeypatch.setattr(presets.index, "read_index", lambda: {"gan": entry})
    asked = []

    def listing(*arguments):
        asked.append(arguments)
        return "c" * 40, {path.name: path.stat().st_size for path in card.iterdir()}

    monkeypatch.setattr(
        client,
        "listing",
        listing,
    )
    monkeypatch.setattr(client, "download", lambda handle, patterns: (card, handle))
    (model,) = gather(["gan"]).models
    assert (model.name, model.page) == ("gan", "https://huggingface.co/me/gan")
    assert asked == [("hf://me/gan", "a" * 40)]


# === On a Hub ===


@pytest.fixture(scope="module")
def hub():
    with HubServer(TOKENS) as server:
        yield server


@pytest.fixture(scope="module")
def reader(hub, tmp_path_factory):
    with careful_client(hub, tmp_path_factory.mktemp("home")) as client:
        yield client


def test_repositories_on_the_hub(hub, reader, tmp_path):
    """All that can go wrong at once: each is named, and the good ones are shown."""
    good = contents(fake_card(tmp_path / "good"))
    weights = {"model.weights.h5": b"not to be fetched", "evil.pkl": b"x"}
    hub.add("me/good", {**good, **weights})
    hub.add("me/secret", contents(fake_card(tmp_path / "secret")), private=True)
    hub.add("me/asked", good, gated=True)
    hub.add("you/other", contents(fake_card(tmp_path / "other")))
    hub.add("me/llm", {"config.json": b"{}", "README.md": b"# Nothing of ours"})
    hub.add("me/large", {**good, "scores.json": b" " * 11_000_000})
    hub.add("me/broken", {**good, "scores.json": b"{"})
    handles = [
        f"hf://{name}"
        for name in ("me/none", "me/secret", "me/asked", "me/llm", "me/large")
    ]
    handles += ["hf://me/broken", "hf://you/other", "hf://me/good@no-such-tag"]
    before = len(hub.requests)
    found = reader("leaderboard", str(tmp_path / "b"), *handles, author="me")
    assert found["models"] == ["you/other", "me/good"]
    reasons = {
        "hf://me/none": "shows no model",
        "hf://me/secret": "private",
        "hf://me/asked": "must be requested",
        "hf://me/llm": "no card of this package",
        "hf://me/large": "11,000,000 bytes",
        "hf://me/broken": "not valid JSON",
        "hf://me/good@no-such-tag": "no such revision",
    }
    assert set(found["problems"]) == set(reasons)
    for name, why in reasons.items():
        assert why in found["problems"][name]
    asked = " ".join(hub.requests[before:])
    assert "me/good/resolve" in asked
    assert not any(f"/{name}" in asked for name in weights)
    assert not any("me/large/resolve" in line for line in hub.requests)
    for suffix in ("html", "md", "json"):
        text = (tmp_path / f"b.{suffix}").read_text()
        assert all(
            name.removeprefix("hf://") in text for name in ("me/none", "me/good")
        )
    mine = reader("leaderboard", str(tmp_path / "b"), author="me", **ME)
    assert mine["models"] == ["me/asked", "me/good", "me/secret"]


def test_no_network(hub, reader, tmp_path):
    """Last of this file: the server is gone."""
    out = str(tmp_path / "b")
    with hub.fault("GET /api/models/me/good", 503):
        found = reader("leaderboard", out, "hf://me/good", "dcgan_mnist")
    assert found["models"] == ["dcgan_mnist"]
    assert "status 503" in found["problems"]["hf://me/good"]
    for server in hub._servers:
        server.shutdown()
        server.server_close()
    found = reader("leaderboard", out, "hf://me/good", "dcgan_mnist")
    assert found["models"] == ["dcgan_mnist"]
    assert "onnection to the Hub" in found["problems"]["hf://me/good"]
