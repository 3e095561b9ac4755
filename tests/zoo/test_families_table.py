"""The list of families."""

import pytest

from keras_gan_zoo import families, networks, zoo
from keras_gan_zoo.families import Family, Paper


@pytest.fixture
def mine():
    """A family of another package, gone afterwards."""

    class TinyGAN(Family):
        """Tiny."""

        paper = Paper("Tiny Nets", "Small, Ann", 2030, "3001.00001")
        method = {"loss": "hinge"}

        @staticmethod
        def networks(image_shape=(8, 8, 1), num_classes=None):
            return networks.dense_generator(image_shape), (
                networks.dense_discriminator(image_shape)
            )

    yield TinyGAN
    del families.FAMILIES["TinyGAN"]


def test_each_family_has_a_row():
    rows = zoo.list_families()
    assert len(rows) == len(families.FAMILIES)
    row = rows["wgan_gp"]
    assert row["class"] == "WGANGP"
    assert (row["loss"], row["terms"]) == ("wasserstein", ["gradient_penalty"])
    assert (row["year"], row["arxiv"]) == (2017, "1704.00028")
    assert row["labels"] == ""
    assert rows["projection_gan"]["labels"] == "yes"


def test_a_family_of_yours_is_listed_and_not_in_the_readme(mine):
    row = zoo.list_families()["tiny_gan"]
    found = row["paper"], row["loss"], row["labels"]
    assert found == ("Tiny Nets", "hinge", "optional")
    assert list(zoo.list_families())[-1] == "tiny_gan"
    assert "tiny_gan" not in zoo.families_table()
