"""The text of a card: what is ours in it, and what is not."""

import pytest

from keras_gan_zoo.presets import readme

CARD = """# my_gan

<!-- keras-gan-zoo:about -->
A GAN of {size}.
<!-- /keras-gan-zoo:about -->

<!-- keras-gan-zoo:load -->
gan = kgz.GAN.from_preset("{address}")
images = gan.generate(16, seed=0)
<!-- /keras-gan-zoo:load -->

<!-- keras-gan-zoo:scores -->
FID {fid}: keras-gan-zoo score {address} --seed 0
<!-- /keras-gan-zoo:scores -->
"""


def card(size=8, address="./my_gan", fid=1.5):
    return readme.stamped(CARD.format(size=size, address=address, fid=fid))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_is_no_part_of_a_card(tmp_path, mark):
    path = tmp_path / "README.md"
    path.write_text(f"{mark}---\nlicense: mit\n---\n{card()}", "utf-8")
    assert readme.split(readme.read(path)) == ({"license": "mit"}, card())
    readme.empty(path)
    assert readme.split(path.read_text("utf-8"))[0] == {"license": "mit"}


def test_a_card_that_nobody_edited_is_written_anew():
    new = card(9, "hf://me/g", 2.5)
    assert readme.refreshed(card(), new) == new


@pytest.mark.parametrize("address", ["./my_gan", "hf://typo/g", "hf://me/first"])
def test_a_card_names_what_it_was_last_told(address):
    found = readme.refreshed(card(address=address), card(address="hf://me/g"))
    assert found == card(address="hf://me/g")
    assert readme.address_of(found) == "hf://me/g"


def test_words_of_yours_stay():
    words = {
        "# my_gan": "# My own title",
        "\n<!-- keras-gan-zoo:scores": "\nOf ./my_gan_2, and ./my_gan.\n\n"
        "<!-- keras-gan-zoo:scores",
    }
    old = card() + "\n## Thanks\n\nto you.\n"
    for before, after in words.items():
        assert before in old
        old = old.replace(before, after, 1)
    found = readme.refreshed(old, card(9, "hf://me/g", 2.5))
    assert found.startswith("# My own title\n")
    assert "Of ./my_gan_2, and hf://me/g.\n" in found
    assert found.endswith("## Thanks\n\nto you.\n")
    assert "FID 2.5" in found
    assert "A GAN of 9." in found


def test_words_inside_of_our_marks_are_never_lost():
    old = card().replace("A GAN of", "My dear GAN of")
    found = readme.refreshed(old, card(address="hf://me/g", fid=2.5))
    assert "My dear GAN of 8." in found  # nothing new to say there
    assert "FID 2.5" in found
    with pytest.raises(ValueError, match=r"edited parts(?s:.*)Received: about"):
        readme.refreshed(old, card(size=9))


def test_a_part_that_was_removed_stays_away():
    old, new = card(), card(fid=2.5)
    start, end = old.index("<!-- keras-gan-zoo:scores"), len(old)
    assert "FID" not in readme.refreshed(old[:start] + old[end:], new)


def test_a_zoo_entrys_name_is_replaced_in_the_example_alone():
    text = readme.stamped(CARD.format(size=8, address="my_gan", fid=1))
    found = readme.readdressed(text, "my_gan", "hf://me/x")
    assert found.startswith("# my_gan\n")
    assert 'from_preset("hf://me/x")' in found


@pytest.mark.parametrize("names", [None, readme.SCORED])
def test_emptied_parts_are_ours(tmp_path, names):
    path = tmp_path / "README.md"
    path.write_text(card() + "\nMine.\n")
    readme.empty(path, names)
    text = path.read_text()
    assert "FID" not in text
    assert ("A GAN of 8." in text) == (names is not None)
    assert 'from_preset("./my_gan")' in text
    assert text.endswith("\nMine.\n")
    assert readme.refreshed(text, card()) == card() + "\nMine.\n"


def test_only_metrics_that_name_weights_are_ours():
    mine = {"type": "fid", "value": 3.0}
    ours = {"type": "fid", "value": 1.5, "args": {"generator_sha256": "a"}}
    index = [{"name": "g", "results": [{"metrics": [mine, ours]}]}]
    found, rest = readme.split_index({"model-index": index})
    assert found == [ours]
    assert rest == [{"name": "g", "results": [{"metrics": [mine]}]}]


@pytest.mark.parametrize(
    "index", [None, 3, "x", [None], [{"results": 3}], [{"results": [{"metrics": 1}]}]]
)
def test_a_strange_model_index_is_not_ours(index):
    assert readme.split_index({"model-index": index}) == ([], [])


def test_metadata_come_back():
    text = "---\nlicense: mit\nlanguage: de\n---\n\n# Größe\n"
    data, body = readme.split(text)
    assert data == {"license": "mit", "language": "de"}
    assert readme.join(data, body) == text
    assert readme.split("no metadata") == ({}, "no metadata")
    with pytest.raises(ValueError, match=r"Invalid metadata in README.md"):
        readme.split("---\nlicense: [\n---\n")
    with pytest.raises(ValueError, match="a list, not a mapping"):
        readme.split("---\n- a\n---\n")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_card_that_is_not_utf_8_is_kept_to_the_byte(tmp_path, encoding):
    path = tmp_path / "README.md"
    path.write_bytes("# Müllers GAN\r\n".encode(encoding))
    before = path.read_bytes()
    readme.empty(path)
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match=r"must be UTF-8.*README\.md") as caught:
        readme.read(path)
    assert str(path) in str(caught.value)


def test_parts_of_ours_are_emptied_in_a_card_that_is_not_utf_8(tmp_path):
    path = tmp_path / "README.md"
    path.write_bytes("# Müllers GAN\n\n".encode("cp1252") + card().encode())
    readme.empty(path)
    assert path.read_bytes().startswith("# Müllers GAN\n".encode("cp1252"))
    assert b"FID 1.5" not in path.read_bytes()
