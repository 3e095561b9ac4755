"""Uploads presets to the Hugging Face Hub."""

from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo.presets import client, files
from keras_gan_zoo.presets.loading import load_gan
from keras_gan_zoo.presets.saving import check_scores
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weights import weights_sha256


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

    The folder is loaded first, and its scores must be of its weights. Only the files
    that belong to a preset are uploaded. A README.md in the folder replaces the one on
    the Hub; without it the Hub's is kept, and a new repository gets a short one.

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
        ValueError: it does not load back, its scores are of other weights, its card
            has invalid metadata, or the URI is invalid.
        PermissionError: the token is missing or wrong, or may not write there.
        ConnectionError: the Hub can't be reached.

    Example:

    >>> from keras_gan_zoo import upload_preset
    >>> upload_preset("hf://me/my_gan", "./my_gan")  # doctest: +SKIP
    'https://huggingface.co/me/my_gan/commit/...'
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    folder = Path(preset)
    if not folder.is_dir():
        raise FileNotFoundError(f"The preset directory {preset} doesn't exist.")
    repo = client.parse(uri)
    if repo.revision:
        raise ValueError(
            "A preset is published to the main branch; use `create_pr=True` to propose "
            f"it. Received: uri={uri!r}"
        )
    names, is_conditional = _check_folder(folder, custom_objects)
    api = HfApi(token=token, **client.library())
    with client.clear_errors(uri):
        repo_id = api.create_repo(repo.id, private=private, exist_ok=True).repo_id
        adds = [CommitOperationAdd(name, folder / name) for name in names]
        if files.README not in names and not api.file_exists(repo_id, files.README):
            adds.append(
                CommitOperationAdd(files.README, _short_card(repo_id, is_conditional))
            )
        done = api.create_commit(
            repo_id,
            adds,
            commit_message=commit_message or "Upload a keras_gan_zoo preset",
            create_pr=create_pr,
        )
    return done.pr_url or done.commit_url


def _check_folder(folder, custom_objects):
    gan = load_gan(keras.Model, folder, custom_objects=custom_objects)
    names = [name for name in files.FILES if (folder / name).is_file()]
    if files.SCORES in names:
        scores = files.read_json(folder, files.SCORES, folder)
        check_scores(scores, weights_sha256(gan.ema_generator))
    return names, gan.num_classes is not None


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
