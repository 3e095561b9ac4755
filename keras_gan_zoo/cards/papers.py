"""What a card cites: the paper of each family."""

PAPERS = {
    "GAN": {
        "title": "Generative Adversarial Nets",
        "authors": "Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, "
        "Bing and Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and "
        "Bengio, Yoshua",
        "year": 2014,
        "arxiv": "1406.2661",
    },
    "DCGAN": {
        "title": "Unsupervised Representation Learning with Deep Convolutional "
        "Generative Adversarial Networks",
        "authors": "Radford, Alec and Metz, Luke and Chintala, Soumith",
        "year": 2016,
        "arxiv": "1511.06434",
    },
    "WGAN": {
        "title": "Wasserstein GAN",
        "authors": "Arjovsky, Martin and Chintala, Soumith and Bottou, L{\\'e}on",
        "year": 2017,
        "arxiv": "1701.07875",
    },
    "WGANGP": {
        "title": "Improved Training of Wasserstein GANs",
        "authors": "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and "
        "Dumoulin, Vincent and Courville, Aaron",
        "year": 2017,
        "arxiv": "1704.00028",
    },
}


def paper_of(cls):
    """The paper of a family; a class of your own has its parent's.

    Args:
        cls: a class that extends `GAN`.

    Returns:
        dict: `title`, `authors`, `year`, `arxiv`.
    """
    for parent in cls.__mro__:
        if parent.__name__ in PAPERS:
            return PAPERS[parent.__name__]
    raise ValueError(f"`cls` must extend GAN. Received: cls={cls!r}")


def bibtex(paper):
    """A paper as a BibTeX entry.

    Example:

    >>> print(bibtex(PAPERS["WGAN"]).splitlines()[0])
    @article{arjovsky2017wasserstein,
    """
    author = paper["authors"].split(",")[0].lower()
    word = paper["title"].split()[0].lower()
    return (
        f"@article{{{author}{paper['year']}{word},\n"
        f"  title = {{{paper['title']}}},\n"
        f"  author = {{{paper['authors']}}},\n"
        f"  journal = {{arXiv preprint arXiv:{paper['arxiv']}}},\n"
        f"  year = {{{paper['year']}}}\n"
        "}"
    )
