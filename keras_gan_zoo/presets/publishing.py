"""Uploads presets to the Hugging Face Hub."""

import json
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo.files import path_of
from keras_gan_zoo.presets import client, files, readme, together
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.origin import (
    check_recipe,
    public_recipe,
    read_recipe,
    source_of,
)
from keras_gan_zoo.presets.source import Source
from keras_gan_zoo.typing import PathLike


def upload_preset(
    uri: str,
    preset: PathLike,
    *,
    private: bool | None = None,
    token: str | None = None,
    commit_message: str | None = None,
    create_pr: bool = False,
    custom_objects: dict[str, Any] | None = None,
) -> str:
    """Publish a preset folder in one commit.

    The folder is loaded first, and its scores, samples and card must be of its weights.
    Only the files that belong to a preset are uploaded; those of them that the folder
    no longer has are deleted on the Hub. A README.md in the folder replaces the one on
    the Hub, and tells its readers to load the repository instead of the folder; without
    it the Hub's is kept, unless it is of other weights, and a new repository gets a
    short one. Of a path in `recipe.json` only the folder's own name is published.

    Args:
        uri: str, `"hf://user/repo"`. The repository is created if needed.
        preset: path of the folder.
        private: bool or None, whether a new repository is private; None uses the
            account's default.
        token: str, or None for the one that you are logged in with.
        commit_message: str or None.
        create_pr: bool: propose the change as a pull request.
        custom_objects: dict of your own classes in it, as in `GAN.from_preset`.

    Returns:
        str, the address of the commit or of the pull request.

    Raises:
        FileNotFoundError: no such folder, or a file is missing from it.
        ValueError: its licence forbids it, its recipe can't be read, it does not load
            back, its scores, samples or card are of other weights or scores, its card
            has invalid metadata, or the URI is invalid.
        PermissionError: the token is missing or wrong, or may not write there.
        ConnectionError: the Hub can't be reached.

    Example:

    >>> from keras_gan_zoo import upload_preset
    >>> upload_preset("hf://me/my_gan", "./my_gan")  # doctest: +SKIP
    'https://huggingface.co/me/my_gan/commit/...'
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    folder = path_of(preset)
    if not folder.is_dir():
        raise FileNotFoundError(f"The preset directory {preset} doesn't exist.")
    repo = client.parse(uri)
    if repo.revision:
        raise ValueError(
            "A preset is published to the main branch; use `create_pr=True` to propose "
            f"it. Received: uri={uri!r}"
        )
    for name in files.REQUIRED:
        files.require(folder, name, preset)
    source = Source(folder, str(preset), {})
    _check_terms(folder)
    gan = read_gan(keras.Model, source, custom_objects=custom_objects)
    digest = gan.preset_origin.weights_sha256
    together.check(folder, digest)
    names = [name for name in files.FILES if (folder / name).is_file()]
    api = HfApi(token=token, **client.library())
    with client.clear_errors(uri):
        repo_id = api.create_repo(repo.id, private=private, exist_ok=True).repo_id
        there = api.list_repo_files(repo_id)
        changes: list[Any] = [
            CommitOperationAdd(name, _published(folder / name, repo_id))
            for name in names
        ]
        if files.README not in names and files.README in there:
            _check_kept(api, repo_id, digest)
        elif files.README not in names:
            card = _short_card(repo_id, gan.num_classes is not None)
            changes.append(CommitOperationAdd(files.README, card))
        changes += [
            CommitOperationDelete(name)
            for name in files.FILES
            if name in there and name not in (*names, files.README)
        ]
        done = api.create_commit(
            repo_id,
            changes,
            commit_message=commit_message or "Upload a keras_gan_zoo preset",
            create_pr=create_pr,
        )
    return done.pr_url or done.commit_url


def _check_terms(folder):
    """Check that what it was converted from may be published."""
    try:
        has_recipe = (folder / files.RECIPE).is_file()
        recipe = files.read_json(folder, files.RECIPE, folder) if has_recipe else {}
        facts = source_of(check_recipe(recipe))
    except ValueError as error:
        raise ValueError(
            f"`{files.RECIPE}` tells whether these weights may be published, and can't "
            f"be read. Repair it, or save the preset anew. Received: {folder}: {error}"
        ) from error
    if facts is not None and not facts["republish"]:
        raise ValueError(
            f"These weights come from {facts['title']}, whose licence does not let "
            f"them be published again, converted or trained further: "
            f"{facts['licence']}. Received: {folder}"
        )


def _published(path, repo_id):
    """What is uploaded of a file: its path, or other content than it has here."""
    if path.name == files.README:
        return _addressed(path, repo_id)
    if path.name == files.RECIPE:
        recipe = read_recipe(path.parent)
        public = recipe and public_recipe(recipe)
        return path if public == recipe else json.dumps(public, indent=4).encode()
    return path


def _addressed(path, repo_id):
    """A card that names the repository, unless it names an entry of the zoo."""
    text = readme.read(path)
    address = readme.address_of(text) or ""
    here = address.partition("@")[0] == f"hf://{repo_id}"
    if not here and "/" in address:
        text = readme.readdressed(text, address, f"hf://{repo_id}")
    return text.encode()


def _check_kept(api, repo_id, digest):
    """Check that the card on the Hub, which stays, is not of other weights."""
    path = Path(api.hf_hub_download(repo_id, files.README))
    others = set(readme.DIGEST.findall(readme.read(path, "replace"))) - {digest}
    if others:
        raise ValueError(
            "The card on the Hub is of other weights, and the folder has none to "
            "replace it. Write one, `keras_gan_zoo.cards.write_card(folder)`. "
            f"Received: hf://{repo_id} with a card of {min(others)}, not {digest}"
        )


def _short_card(repo_id, is_conditional):
    from huggingface_hub import ModelCardData

    # The Hub has no pipeline for images of a class.
    data = ModelCardData(
        library_name="keras",
        pipeline_tag=None if is_conditional else "unconditional-image-generation",
        tags=["gan", "keras", "keras-gan-zoo"],
    )
    return (
        f"---\n{data.to_yaml()}\n---\n\n# {repo_id}\n\nA GAN saved with "
        "[keras-gan-zoo](https://pypi.org/project/keras-gan-zoo/).\n\n```python\n"
        "import keras_gan_zoo as kgz\n\n"
        f'gan = kgz.GAN.from_preset("hf://{repo_id}")\n'
        "images = gan.generate(16, seed=0)\n```\n"
    ).encode()
