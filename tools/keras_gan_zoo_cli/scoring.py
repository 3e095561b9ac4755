"""`score`, and the extractor options that `reference` shares."""

import contextlib
import enum
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo_cli import output, places, preparing
from keras_gan_zoo_cli.app import GATE, command, default
from keras_gan_zoo_cli.commands import Seed, names
from keras_gan_zoo_cli.places import check_place

SUFFIXES = (".json", ".md", ".csv")
#: the package's own, written out because importing them imports Keras
METRICS = (
    "is, fid, kid, sfid, precision, recall, density, coverage, fid_infinity, "
    "is_infinity, cmmd, swd, modes, reverse_kl, class_fid, cas, label_accuracy"
)

EXTRACTORS = (
    "digits, fashion, cifar10, stacked_digits, inception, dinov2_b, dinov2_l, "
    "keras_applications/NAME, pixels"
)


class Resizer(enum.StrEnum):
    tf1 = "tf1"
    clean = "clean"
    torch = "torch"


class Labels(enum.StrEnum):
    reference = "reference"
    uniform = "uniform"


class Method(enum.StrEnum):
    halves = "halves"
    paper = "paper"


def _count(text):
    if text == "all":
        return None
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a number nor 'all'.") from None


Extractor = Annotated[
    str | None,
    typer.Option(
        help=f"One of {EXTRACTORS}. By default the one that goes with the reference."
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        help="A file with the weights of the extractor, by default of inception.",
        exists=True,
        dir_okay=False,
    ),
]
Resizing = Annotated[
    Resizer | None,
    typer.Option(
        help="How inception resizes: tf1 like the original, clean like clean-fid, "
        "torch like pytorch-fid. " + default("tf1"),
    ),
]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Speed only.")]
ValueRange = Annotated[
    str | None,
    typer.Option(metavar="BLACK,WHITE", help="Of float images, such as 0,1."),
]


def build_extractor(
    name: str | None,
    weights: Path | None,
    resizer: Resizer | None,
    metrics: Sequence[str],
) -> Any:
    """What `score` takes: a name, or an `Extractor` if there are options."""
    from keras_gan_zoo.scoring import extractors

    options = {}
    if weights is not None:
        options["weights"] = str(weights)
    if resizer is not None:
        options["resizer"] = resizer.value
    return extractors.get(name or "inception", metrics, **options) if options else name


def pair(text: str | None) -> tuple[float, float] | None:
    """`"0,1"` as two numbers."""
    if text is None:
        return None
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} must be two numbers, such as 0,1.", param_hint="--value-range"
        ) from None
    return low, high


@command
def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PRESET",
            help="A preset; or images: a folder, .zip, .npz or .npy file, NAME:SPLIT.",
        ),
    ],
    reference: Annotated[
        str | None,
        typer.Option(
            help="Real images: NAME:SPLIT, a folder, a .zip, .npz or .npy file; or an "
            ".npz file of statistics. By default the test images of the data set in "
            "the preset's recipe."
        ),
    ] = None,
    metrics: Annotated[
        str,
        typer.Option(help=f"Any of {METRICS}."),
    ] = "is,fid",
    extractor: Extractor = None,
    extractor_weights: Weights = None,
    resizer: Resizing = None,
    num_images: Annotated[
        str,
        typer.Option(
            metavar="N|all", help="Samples to score; all: a whole folder or file."
        ),
    ] = "10000",
    labels: Annotated[
        Labels | None,
        typer.Option(
            help="For a class-conditional GAN: balanced like the reference, "
            "or uniform. " + default("reference, if it has labels"),
        ),
    ] = None,
    splits: Annotated[
        int, typer.Option(min=1, help="Splits for the Inception Score.")
    ] = 10,
    value_range: ValueRange = None,
    image_size: preparing.ImageSize = None,
    crop_to_aspect_ratio: preparing.Crop = None,
    pad_to_aspect_ratio: preparing.Pad = None,
    interpolation: preparing.Filter = None,
    color_mode: preparing.Color = None,
    background: preparing.Background = None,
    scale_16_bit: preparing.Scale = None,
    on_error: preparing.Errors = None,
    infinity_method: Annotated[
        Method,
        typer.Option(help="How fid_infinity and is_infinity extrapolate."),
    ] = Method.halves,
    repeats: Annotated[int, typer.Option(min=1, help="Independent sets.")] = 1,
    seed: Seed = 0,
    batch_size: BatchSize = None,
    devices: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            "--devices",
            help="Devices that extract in parallel: gpu:0,gpu:1.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Ray tasks that share the samples.")
    ] = None,
    verify: Annotated[
        bool | None,
        typer.Option(
            help="Have TF-GAN and torch-fidelity compute the scores too, and fail if "
            "they differ. " + default("where TF-GAN is; always with --attach"),
        ),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Save the report as .json, .md or .csv; can be repeated.",
            parser=places.path,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON, for scripts.")
    ] = False,
    attach: Annotated[
        bool,
        typer.Option("--attach", help="Save the report in the preset's folder."),
    ] = False,
    max_fid: Annotated[
        float | None, typer.Option(help="A gate, for CI: --max fid=VALUE.")
    ] = None,
    at_most: Annotated[
        list[str] | None,
        typer.Option(
            "--max",
            metavar="NAME=VALUE",
            help="A gate: no higher, in the units of the table, so that kid=50 is of "
            "KID x 1e3.",
        ),
    ] = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="NAME=VALUE", help="A gate: no lower, likewise."),
    ] = None,
) -> None:
    """Score a preset, a folder or a file of images, and report all conditions.

    The report is JSON with a schema, keras_gan_zoo/scoring/report.schema.json. If a
    score misses its gate, the exit code is 3; the report is still saved, but not
    attached.

    [b]Example[/b]: keras-gan-zoo score ./my_gan --reference mnist:test --attach

    [b]Example[/b]: keras-gan-zoo score dcgan_mnist --metrics fid --max-fid 2

    [b]Example[/b]: keras-gan-zoo score ./my_gan --reference ./photos --image-size 64 \
--crop --extractor inception

    [b]Example[/b]: keras-gan-zoo score fakes.zip --reference ./faces --extractor \
inception --num-images all

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a score misses its gate,
    130 interrupted.
    """
    import keras_gan_zoo as kgz

    wanted = names(metrics)
    gates = _gates(max_fid, at_most or (), at_least or (), wanted)
    for path in out or ():
        if path.suffix.lower() not in SUFFIXES:
            raise typer.BadParameter(
                f"{path} must end in {', '.join(SUFFIXES)}.", param_hint="--out"
            )
        check_place(path)
    if attach and not (Path(source) / "config.json").is_file():
        raise typer.BadParameter(
            f"the report goes into a preset's folder, and {source} is not one.",
            param_hint="--attach",
        )
    if attach:
        check_place(Path(source), "--attach", folder=True)
    # What is attached is of the folder, also where an entry of the zoo has its name.
    scored = str(Path(source).absolute()) if attach else source
    asked = preparing.preparation(
        image_size,
        crop_to_aspect_ratio,
        pad_to_aspect_ratio,
        interpolation,
        color_mode,
        background,
        scale_16_bit,
        None,
    )
    asked["on_error"] = on_error and on_error.value
    with output.reserved() if as_json else contextlib.nullcontext():
        report = kgz.score(
            preparing.prepared(scored, asked, split=None),  # without one, all of it
            preparing.prepared(reference, asked),
            metrics=wanted,
            extractor=build_extractor(extractor, extractor_weights, resizer, wanted),
            num_images=_count(num_images),
            labels=None if labels is None else labels.value,
            splits=splits,
            value_range=pair(value_range),
            infinity_method=infinity_method.value,
            repeats=repeats,
            seed=seed,
            batch_size=batch_size,
            devices=[name for text in devices or () for name in names(text)] or None,
            workers=workers,
            verify=(True if attach else "auto") if verify is None else verify,
            verbose=output.is_live() and not as_json,
        )
    if as_json:
        typer.echo(report.to_json(), nl=False)
    else:
        output.report(report)
    missed = [text for gate in gates if (text := _missed(report, *gate))]
    if attach and not missed:
        output.line(f"Report: {kgz.cards.attach_report(source, report)}", err=as_json)
    for path in out or ():
        path.parent.mkdir(parents=True, exist_ok=True)
        output.line(f"Report: {report.save(path)}", err=as_json)
    if missed:
        output.line(f"Gate missed: {'; '.join(missed)}.", err=True)
        raise typer.Exit(GATE)


def _gates(max_fid, at_most, at_least, metrics):
    """`(name, bound, is upper)` of each gate."""
    gates = [] if max_fid is None else [("fid", max_fid, True)]
    for texts, upper in ((at_most, True), (at_least, False)):
        for text in texts:
            name, _, value = text.partition("=")
            try:
                gates.append((name.strip(), float(value), upper))
            except ValueError:
                raise typer.BadParameter(
                    f"{text!r} must be a metric and a number, such as fid=10.",
                    param_hint="--max" if upper else "--min",
                ) from None
    for name, bound, upper in gates:
        if name not in metrics or not math.isfinite(bound):
            raise typer.BadParameter(
                f"{name}={bound:g} must be a finite bound of one of the --metrics, "
                f"{','.join(metrics)}.",
                param_hint="--max" if upper else "--min",
            )
    return gates


def _missed(report, name, bound, upper):
    from keras_gan_zoo.scoring.measures import scale_of

    value = scale_of(name) * report[name]
    if (value <= bound) if upper else (value >= bound):
        return None
    side = "above" if upper else "below"
    return f"{report.shown(name)} is {value:.6g}, {side} {bound:g}"
