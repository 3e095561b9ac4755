from keras_gan_zoo.cards.bibtex import bibtex
from keras_gan_zoo.families import Paper


def test_a_key_has_no_punctuation():
    paper = Paper("InfoGAN: a title", "Chen, Xi and Duan, Yan", 2016, "1606.03657")
    assert bibtex(paper).startswith("@article{chen2016infogan,\n")
    assert "title = {InfoGAN: a title}" in bibtex(paper)
