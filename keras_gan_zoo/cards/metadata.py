"""A card's metadata, which the Hub reads: what is ours in them, and what is not."""

from typing import Any

from keras_gan_zoo import families
from keras_gan_zoo.cards import results
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.presets import readme
from keras_gan_zoo.scoring import ScoreReport

OURS = "keras-gan-zoo"  #: the tag by which the Hub finds our cards
TAGS = ("gan", "keras", OURS)
#: what names the licence of the weights; the last two, where the Hub has no name for it
LICENSE = ("license", "license_name", "license_link")


def metadata_of(
    gan: Any, name: str, license: str, data: str | None, report: ScoreReport | None
) -> dict[str, Any]:
    """The metadata of a new card.

    Args:
        gan: a `GAN`.
        name: str, what the scores call the model.
        license: str.
        data: str, the data set that it was trained on, or None.
        report: its scores, or None.
    """
    from huggingface_hub import ModelCardData

    known = CATALOGUE.get(data or "")
    conditional = gan.num_classes is not None
    tags = [*TAGS, type(gan).__name__.lower(), data if known else None]
    tags += [results.CONDITIONAL_TASK] if conditional else []
    return ModelCardData(
        license=license,
        library_name="keras",
        # The Hub has no task for class-conditional images.
        pipeline_tag=None if conditional else results.TASK,
        tags=[tag for tag in tags if tag],
        datasets=[known.hub_id] if known and known.hub_id else None,
        model_name=name if report else None,
        eval_results=results.eval_results(report, conditional=conditional)
        if report
        else None,
        ignore_metadata_errors=False,
    ).to_dict()


def merged(
    old: dict[str, Any], new: dict[str, Any], license: str | None = None
) -> dict[str, Any]:
    """The metadata of a card with ours from a new one.

    Yours are the licence, tags, data sets and metrics that this package does not
    write, and every other key.

    Args:
        old: the metadata of the card that is there.
        new: those of a card written anew.
        license: str, what replaces the licence in `old`, or None.
    """
    if license is not None and license != old.get("license"):
        old = {key: value for key, value in old.items() if key not in LICENSE}
    _, index = readme.split_index(old)
    for model in new.get("model-index") or ():
        mine = [other for other in index if other.get("name") == model["name"]]
        index = [other for other in index if other not in mine]
        more = [result for other in mine for result in other["results"]]
        index.insert(0, {**model, "results": [*model["results"], *more]})
    ours = {
        *(*TAGS, results.CONDITIONAL_TASK, *CATALOGUE),
        *(name.lower() for name in families.FAMILIES),
    }
    hub_ids = {row.hub_id for row in CATALOGUE.values()}
    return {
        **new,
        **old,
        "library_name": new.get("library_name"),
        "pipeline_tag": new.get("pipeline_tag"),
        "tags": _joined(new.get("tags"), old.get("tags"), ours),
        "datasets": _joined(new.get("datasets"), old.get("datasets"), hub_ids),
        "model-index": index,
    }


def _joined(new, old, ours):
    """Our values, and those of `old` that are not ours, whatever YAML has in it."""
    joined = list(new or [])
    for value in [old] if isinstance(old, str) else old or []:
        if value not in joined and value not in list(ours):
            joined.append(value)
    return joined
