"""`list`, `show`, `train`: each parses, calls the package and prints."""

import importlib.util
import json
import pkgutil
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo_cli import output, places, preparing
from keras_gan_zoo_cli.app import command, default
from keras_gan_zoo_cli.places import check_place

Preset = Annotated[
    str,
    typer.Argument(
        metavar="PRESET", help="A zoo entry, hf://user/repo\\[@revision], or a folder."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same images.")]
#: the package's own, written out because importing them imports Keras
LOSSES = (
    "minimax, non_saturating, wasserstein, least_squares, hinge, relativistic_paired, "
    "relativistic_average"
)
PENALTIES = "gradient_penalty, zero_centered, max_gradient, dragan, r1, r2"
AUGMENTATIONS = "diff_augment, ada, apa"
MODEL = "The model: by default as its family was published"


def family_names() -> list[str]:
    """The package's families by their files, because importing one imports Keras."""
    package = importlib.util.find_spec("keras_gan_zoo")
    folders = package.submodule_search_locations if package else None
    files = pkgutil.iter_modules([f"{folder}/families" for folder in folders or ()])
    return sorted(file.name for file in files if file.name != "family")


def widths(example: str) -> Any:
    """An option for the sizes of a network's stages."""
    return typer.Option(
        metavar="N,N,...",
        help=f"Channels or units of each stage, such as {example}.",
        rich_help_panel=MODEL,
    )


def check_begun(
    recipe: str | None, family: str | None, data: str | None, name: str
) -> None:
    """Refuse a command that has neither a recipe nor what one begins with."""
    if recipe is None and (family is None or data is None):
        raise typer.BadParameter(
            "give a recipe, or both --family and --data.", param_hint=name
        )


def names(text: str) -> list[str]:
    """`"is, fid"` as a list."""
    return [name.strip() for name in text.split(",") if name.strip()]


def numbers(text: str | None, option: str) -> list[int] | None:
    """`"128,64"` as a list."""
    if text is None:
        return None
    try:
        found = [int(word) for word in text.split(",")]
        if min(found) > 0:
            return found
    except ValueError:
        pass
    raise typer.BadParameter(
        f"{text!r} must be whole numbers, 1 or more, such as 128,64.", param_hint=option
    )


@command
def list_(
    as_json: Json = False,
    families: Annotated[
        bool, typer.Option("--families", help="List what can be trained instead.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="List others' public weights, which load by name, instead."
        ),
    ] = False,
) -> None:
    """List the pretrained GANs of the zoo, the families to train, or public weights.

    [b]Example[/b]: keras-gan-zoo list

    [b]Example[/b]: keras-gan-zoo list --families

    [b]Example[/b]: keras-gan-zoo list --public
    """
    from keras_gan_zoo import conversion, zoo

    if families and public:
        raise typer.BadParameter(
            "Give --families or --public, not both.", param_hint="--public"
        )
    show: Any = output.zoo
    if public:
        rows, show = conversion.public_checkpoints(), output.public
    elif families:
        rows, show = zoo.list_families(), output.families
    else:
        rows = zoo.list_entries()
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        show(rows)


@command
def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A file or folder of others' weights, as published; a name of "
            "`list --public`, or hf://user/repo.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="The folder of the preset to write.", parser=places.path
        ),
    ],
) -> None:
    """Convert others' public weights into a preset, running no code of theirs.

    Reads PyTorch-StudioGAN's run folders, R3GAN's and NVIDIA's pickles, BigGAN-deep,
    mimicry's files and more: see docs/public-weights.md.

    [b]Example[/b]: keras-gan-zoo convert stylegan2-cifar10-32x32.pkl ./my_gan
    """
    from keras_gan_zoo import GAN, conversion, list_presets
    from keras_gan_zoo.presets.origin import source_of

    check_place(out, "OUT", folder=True)  # before anything is downloaded
    # What has a name is not a folder, even if one is called so: as in `from_preset`.
    named = source in {*list_presets(), *conversion.public_checkpoints()}
    local = Path(source).exists() and not named
    gan = conversion.convert(source) if local else GAN.from_preset(source)
    facts = source_of(gan.preset_origin.recipe or {}) or {}
    path = gan.save_to_preset(out)
    output.line(
        f"Converted: {path} ({type(gan).__name__}, from {facts.get('title', source)})"
    )
    if facts:
        output.line(f"Licence: {facts['licence']}")
    if gan.discriminator is None:
        output.line("There was no discriminator in it: it generates, and can't be fit.")


@command
def show(preset: Preset, as_json: Json = False) -> None:
    """Describe a preset: networks, training, files and scores.

    [b]Example[/b]: keras-gan-zoo show dcgan_mnist
    """
    from keras_gan_zoo import zoo

    facts = zoo.describe(preset)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
    else:
        output.facts(facts)


@command
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="RECIPE",
            help="A recipe (JSON), one by name such as studiogan/sngan_cifar10, "
            "or a preset with one; or use options:",
        ),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option(help=f"{', '.join(family_names())}. See list --families."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="A folder of images, or a data set such as digits, mnist."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the data. " + default("20"))
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Images per update. " + default("64"))
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of everything drawn. " + default("0"))
    ] = None,
    ema_half_life: Annotated[
        float | None,
        typer.Option(
            help="Half-life of the averaged generator, in images. " + default("20000")
        ),
    ] = None,
    latent_dim: Annotated[
        int | None, typer.Option(min=1, help="Size of a latent.", rich_help_panel=MODEL)
    ] = None,
    generator_widths: Annotated[str | None, widths("128,64")] = None,
    discriminator_widths: Annotated[str | None, widths("64,128")] = None,
    full_width: Annotated[
        bool,
        typer.Option(
            "--full-width",
            help="With the family's own widths in place of a recipe's, for a GPU.",
            rich_help_panel=MODEL,
        ),
    ] = False,
    loss: Annotated[
        str | None,
        typer.Option(help=f"One of {LOSSES}.", rich_help_panel=MODEL),
    ] = None,
    penalties: Annotated[
        list[str] | None,
        typer.Option(
            "--penalty",
            metavar="NAME=WEIGHT",
            help=f"Any of {PENALTIES}, by its weight; or none. Can be repeated.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    augmentation: Annotated[
        str | None,
        typer.Option(
            help=f"Of what the discriminator sees: any of {AUGMENTATIONS}, which "
            "small data sets need; or none.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    critic_steps: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Discriminator updates per generator update.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    generator_learning_rate: Annotated[
        float | None, typer.Option(help="Of its optimizer.", rich_help_panel=MODEL)
    ] = None,
    discriminator_learning_rate: Annotated[
        float | None, typer.Option(help="Likewise.", rich_help_panel=MODEL)
    ] = None,
    dtype: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="Keras' dtype policy of both networks, such as mixed_bfloat16, for "
            "GPUs. " + default("float32"),
            rich_help_panel=MODEL,
        ),
    ] = None,
    image_size: preparing.ImageSize = None,
    crop_to_aspect_ratio: preparing.Crop = None,
    pad_to_aspect_ratio: preparing.Pad = None,
    interpolation: preparing.Filter = None,
    color_mode: preparing.Color = None,
    background: preparing.Background = None,
    scale_16_bit: preparing.Scale = None,
    horizontal_flip: preparing.Flip = None,
    on_error: preparing.Errors = None,
    save_freq: Annotated[
        str,
        typer.Option(
            metavar="HOW OFTEN",
            help="From one checkpoint to the next, beside those at the end of each "
            "epoch: steps, such as 500, or a time, such as 10min.",
        ),
    ] = "epoch",
    keep: Annotated[int, typer.Option(min=1, help="Checkpoints that stay.")] = 2,
    rollback: Annotated[
        bool,
        typer.Option(
            "--rollback",
            help="If training goes wrong, go back and on with lower learning rates.",
        ),
    ] = False,
    out: Annotated[
        Path, typer.Option(help="The run's folder.", parser=places.path)
    ] = Path("run"),
    data_parallel: Annotated[
        bool,
        typer.Option(
            "--data-parallel",
            help="Divide each batch among all GPUs: see docs/distributed.md.",
        ),
    ] = False,
    score: Annotated[
        str | None,
        typer.Option(
            metavar="REFERENCE",
            help="Score the samples against such as mnist:test or a folder, prepared "
            "like the images above, into the log and the report.",
        ),
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option(
            help="Of --score, as in score; by default that of the reference, which a "
            "folder has not."
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="Of --score, as in score; by default is,fid, or fid where the "
            "extractor has no logits."
        ),
    ] = None,
    score_every: Annotated[
        int, typer.Option(min=1, help="Epochs between two scores.")
    ] = 1,
    tensorboard: Annotated[
        bool,
        typer.Option(
            "--tensorboard", help="Write for TensorBoard, too: OUT/tensorboard."
        ),
    ] = False,
) -> None:
    """Train a GAN on your own images or on a named data set.

    The folder --out gets a grid of samples after each epoch, a log, and at the end a
    report, [b]report.html[/b], and the trained GAN, in the sub-folder [b]preset[/b].
    What looks wrong, such as images that are all alike, is said with what to try, and
    kept in monitor.json. Ctrl-C ends a run after its current step; the same command
    again goes on with the next. What is killed goes on from its last checkpoint
    (--save-freq). The same recipe and seed give the same weights, however often a run
    was interrupted. Options replace what a recipe says.

    [b]Example[/b]: keras-gan-zoo train --family dcgan --data ./faces --out faces_run

    [b]Example[/b]: keras-gan-zoo train --family dcgan --data ./photos --image-size 64 \
--crop --on-error skip

    [b]Example[/b]: keras-gan-zoo train --family dcgan --data mnist --loss hinge \
--penalty r1=10 --generator-widths 64,32

    [b]Example[/b]: keras-gan-zoo train dcgan_mnist --out again
    """
    from keras_gan_zoo import callbacks, recipes, zoo
    from keras_gan_zoo.scoring.measures import check_metrics
    from keras_gan_zoo.scoring.preparation import pick_extractor, usual_metrics
    from keras_gan_zoo.training.replicas import is_first

    check_begun(recipe, family, data, "train")
    check_place(out, folder=True)
    if recipe is not None and family:
        raise typer.BadParameter(
            "a recipe has its own family; leave it out.", param_hint="--family"
        )
    for option, value in (("--extractor", extractor), ("--metrics", metrics)):
        if value is not None and score is None:
            raise typer.BadParameter(
                "is that of --score, which says what to score against, such as "
                "mnist:test.",
                param_hint=option,
            )
    begun = None if recipe is None else recipes.find(recipe)
    chosen = recipes.with_options(
        recipes.full_width(begun) if begun and full_width else begun,
        family=family,
        data=data,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        ema_half_life=ema_half_life,
        latent_dim=latent_dim,
        generator_widths=numbers(generator_widths, "--generator-widths"),
        discriminator_widths=numbers(discriminator_widths, "--discriminator-widths"),
        loss=loss,
        penalties=penalties or None,
        augmentation=augmentation,
        critic_steps=critic_steps,
        generator_learning_rate=generator_learning_rate,
        discriminator_learning_rate=discriminator_learning_rate,
        dtype=dtype,
        on_error=on_error and on_error.value,
        **preparing.preparation(
            image_size,
            crop_to_aspect_ratio,
            pad_to_aspect_ratio,
            interpolation,
            color_mode,
            background,
            scale_16_bit,
            horizontal_flip,
        ),
    )
    shape = "x".join(map(str, chosen["arguments"]["image_shape"]))
    output.line(
        f"{chosen['family']} on {chosen['data']} ({shape}), {chosen['epochs']} epochs, "
        f"batch size {chosen['batch_size']}; samples in {out}/samples"
    )
    done = recipes.epochs_done(out)
    watching: list[Any] = []
    if score:
        given = zoo.prepared({"reference": score, "extractor": extractor}, chosen)
        asked = given["extractor"], given["reference"]
        size = chosen["arguments"]["image_shape"]
        wanted = names(metrics) if metrics else usual_metrics(*asked, size)
        pick_extractor(*asked, check_metrics(wanted), size)
        given["metrics"] = wanted
        watching.append(callbacks.Score(every=score_every, **given))
    if tensorboard:
        watching.append(callbacks.TensorBoard(out / "tensorboard"))
    gan = recipes.train(
        chosen,
        out,
        callbacks=watching,
        verbose=1 if output.is_live() else 2,
        save_freq=save_freq,
        keep=keep,
        data_parallel=data_parallel,
        rollback=rollback,
    )
    if not is_first():
        return
    trained = done < chosen["epochs"]
    folder = zoo.save_run(gan, out, chosen, trained)
    if trained:
        output.line(f"Report: {out / 'report.html'}")
        named = shlex.quote(str(folder))
        output.line(f"Trained. Next: keras-gan-zoo sample {named} --out samples.png")
    else:
        more = f" ({done} in all)" if done > chosen["epochs"] else ""
        output.line(f"All {chosen['epochs']} epochs were done already{more}: {folder}")
