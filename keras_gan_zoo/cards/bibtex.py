"""BibTeX entries of papers."""

import re

from keras_gan_zoo.paper import Paper


def bibtex(paper: Paper) -> str:
    """Format a `keras_gan_zoo.families.Paper` as a BibTeX entry.

    Example:

    >>> from keras_gan_zoo.families import WGAN
    >>> print(bibtex(WGAN.paper).splitlines()[0])
    @article{arjovsky2017wasserstein,
    """
    author = paper.authors.split(",")[0].lower()
    word = re.sub(r"\W", "", paper.title.split()[0]).lower()
    return (
        f"@article{{{author}{paper.year}{word},\n"
        f"  title = {{{paper.title}}},\n"
        f"  author = {{{paper.authors}}},\n"
        f"  journal = {{arXiv preprint arXiv:{paper.arxiv}}},\n"
        f"  year = {{{paper.year}}}\n"
        "}"
    )
