"""The choice of a run's best snapshot, on images that it was not trained on."""

import json
from pathlib import Path

from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.scoring import METRICS, prepare, score

SELECTION = {
    "reference": "mnist:train[55000:]",
    "metrics": ["fid"],
    "num_images": 5000,
}


def select(gan, recipe, run, say=print):
    """Score each snapshot of a run on images that it was not trained on.

    Scores are kept in `selection.json`, so that an interrupted selection goes on.

    Args:
        gan: the run's GAN. Its averaged generator is given the best weights.
        recipe: dict; its `selection` are arguments of `score`, the first of whose
            metrics decides.
        run: path of the run's folder.
        say: function that is told each score.

    Returns:
        dict: `epoch` of the best, `reference`, `num_images`, `metric` (its label),
        `candidates` and `scores` by epoch.

    Raises:
        ValueError: the run has no snapshots, or the metric is unknown.
    """
    settings = {**SELECTION, **recipe.get("selection", {})}
    snapshots = sorted((Path(run) / "snapshots").glob("epoch_*.weights.h5"))
    if not snapshots:
        raise ValueError(f"The run has no snapshots to choose from. Received: {run}")
    reference, extractor = prepare(
        settings["reference"],
        settings["metrics"],
        settings.get("extractor"),
        gan.image_shape,
    )
    prepared = {**settings, "reference": reference, "extractor": extractor}
    metric = settings["metrics"][0]
    record = Path(run) / "selection.json"
    known = json.loads(record.read_text()) if record.is_file() else {}
    known = known["scores"] if known.get("settings") == settings else {}
    scores = {}
    for path in snapshots:
        epoch, digest = str(int(path.name[6:10])), sha256(path)
        if known.get(epoch, {}).get("sha256") != digest:
            gan.ema_generator.load_weights(path)
            found = score(gan, verify=False, intervals=False, verbose=0, **prepared)
            known[epoch] = {"sha256": digest, "score": found[metric]}
            known[epoch]["label"] = found.label(metric)
            write_json(record, {"settings": settings, "scores": known})
        scores[int(epoch)] = known[epoch]["score"]
        say(f"epoch {epoch}: {known[epoch]['label']} {known[epoch]['score']:.3f}")
    better = max if METRICS[metric].higher else min
    best = better(scores, key=scores.get)
    gan.ema_generator.load_weights(snapshots[list(scores).index(best)])
    return {
        "epoch": best,
        "reference": settings["reference"],
        "num_images": settings["num_images"],
        "metric": known[str(best)]["label"],
        "candidates": len(scores),
        "scores": {str(epoch): value for epoch, value in scores.items()},
    }
