"""Lightweight GAN of the huggan sprint, as huggingface/community-events saves it.

`model.pt` or `pytorch_model.bin`: `G`, its average `GE` and `D`, and `D` once more as
`D_aug.D`, in one dict, which may be in another one as `GAN`.
"""

from typing import Any

from keras_gan_zoo.auxiliaries import PlainReconstruction
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, batch_norm, part, port
from keras_gan_zoo.conversion.source import Player, Source, fill, one_file
from keras_gan_zoo.conversion.turns import conv, same
from keras_gan_zoo.families.lightweight_gan import LightweightGAN
from keras_gan_zoo.gan import GAN

NEEDED = {
    "G.initial_conv.0.weight",
    "G.out_conv.weight",
    "D.decoder1.layers.0.1.weight",
}
ENDINGS = (".pt", ".pth", ".bin", ".safetensors")
#: counts of batches
UNUSED = [r".*num_batches_tracked"]


def _pixel(kernel):
    """(out, in, 1, 1) -> (in, out)."""
    return kernel[:, :, 0, 0].T


def _depthwise(kernel):
    """(channels, 1, rows, columns) -> (rows, columns, channels, 1)."""
    return kernel.transpose(2, 3, 0, 1)


def _channels(array):
    """(1, channels, 1, 1) -> (channels,)."""
    return array.reshape(array.shape[1])


def _negative(turn):
    """For the last layers of a discriminator that calls real images low."""
    return lambda array: -turn(array)


def _linear(published, ours, turn=conv, sign=lambda turn: turn):
    """Rules for a layer with a kernel and a bias; `ours` may be a function.

    `sign` makes the turns of both of the plain ones.
    """

    def path(kind):
        def inside(match):
            return f"{ours(match) if callable(ours) else match.expand(ours)}/{kind}"

        return inside

    return [
        (rf"{published}\.weight", path("kernel"), sign(turn)),
        (rf"{published}\.bias", path("bias"), sign(same)),
    ]


def _one_more(name):
    """The path of a stage or a block, which count from 1 here."""
    before, after = name.split("#")
    return lambda match: f"{before}{int(match[1]) + 1}{after}"


def _attention(published, ours):
    """Rules for `LinearAttention`; `ours` makes its path of a match."""
    inner = [
        (rf"{published}\.norm\.g", "norm/gamma", _channels),
        (rf"{published}\.norm\.b", "norm/beta", _channels),
        (rf"{published}\.fn\.to_q\.weight", "query/kernel", _pixel),
        (rf"{published}\.fn\.to_kv\.net\.0\.weight", "depthwise/kernel", _depthwise),
        (rf"{published}\.fn\.to_kv\.net\.1\.weight", "key_value/kernel", _pixel),
        (rf"{published}\.fn\.to_out\.weight", "output/kernel", _pixel),
        (rf"{published}\.fn\.to_out\.bias", "output/bias", same),
    ]
    return [
        (pattern, lambda match, rest=rest: f"{ours(match)}/{rest}", turn)
        for pattern, rest, turn in inner
    ]


def _down(published, ours):
    """Rules for the two ways of a `down_block`."""
    ways = ((r"0\.1", "main_1"), (r"0\.3", "main_2"), (r"1\.2", "direct"))
    return [
        rule
        for place, name in ways
        for rule in _linear(
            rf"{published}\.branches\.{place}",
            lambda match, name=name: f"{ours(match)}_{name}_conv",
        )
    ]


def _context(match):
    """The gains found in layer i are for three layers later."""
    return f"stage_{int(match[1]) + 4}_context"


GENERATOR = [
    *_linear(r"initial_conv\.0", "project"),
    *batch_norm(r"initial_conv\.1", "stage_0_norm"),
    *_linear(r"layers\.(\d+)\.0\.2", _one_more("stage_#_conv")),
    *batch_norm(r"layers\.(\d+)\.0\.3", _one_more("stage_#_norm")),
    *_linear(r"layers\.(\d+)\.1\.to_k", lambda m: f"{_context(m)}/attention", _pixel),
    *_linear(r"layers\.(\d+)\.1\.net\.0", lambda m: f"{_context(m)}/squeeze", _pixel),
    *_linear(r"layers\.(\d+)\.1\.net\.2", lambda m: f"{_context(m)}/excite", _pixel),
    *_attention(r"layers\.(\d+)\.2", _one_more("stage_#_attention")),
    *_linear("out_conv", "to_image"),
]
DISCRIMINATOR = [
    *_linear(r"non_residual_layers\.(\d+)\.1", r"stem_\1_conv"),
    *_down(r"residual_layers\.(\d+)\.0", _one_more("block_#")),
    *_attention(r"residual_layers\.(\d+)\.1", _one_more("block_#_attention")),
    *_linear("to_shape_disc_out.0", "small_conv"),
    *_attention(r"to_shape_disc_out\.1\.fn", lambda match: "small_attention_1"),
    *_down(r"to_shape_disc_out\.2", lambda match: "small"),
    *_attention(r"to_shape_disc_out\.3\.fn", lambda match: "small_attention_2"),
    *_linear(r"to_shape_disc_out\.5", "small_logit", conv, _negative),
]


def discriminator_rules(patches: bool) -> list[Rule]:
    """The last layers have other places where there is a logit for each patch."""
    first, last = (0, 2) if patches else (1, 3)
    return [
        *DISCRIMINATOR,
        *_linear(rf"to_logits\.{first}", "last_conv"),
        *_linear(rf"to_logits\.{last}", "large_logits", conv, _negative),
    ]


def decoder_rules(name: str) -> list[Rule]:
    return _linear(r"layers\.(\d+)\.1", rf"reconstruction/{name}_conv_\1")


class HugganLightweightGAN(Source):
    """`G`, `D` and `GE` in one file, for any size that is a power of 2.

    The published networks make and see images in [0, 1], ours in [-1, 1]; and the
    logits of the published discriminator have the other sign: it calls real images low.
    """

    title = "huggan's Lightweight GAN"
    home = "https://github.com/huggingface/community-events"
    licence = "MIT, as the card of ceyda's butterflies says"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return _tensors(files) is not None

    def convert(self, files: Files, **settings: Any) -> GAN:
        weights = _inner(_tensors(files))
        players = {key: part(weights, key) for key in ("G", "GE", "D")}
        _nothing_else(weights)
        sizes = _sizes_of(players["G"], players["D"])
        decoders = {key: part(players["D"], f"decoder{key}") for key in (1, 2)}
        term = PlainReconstruction(
            0.5, parts=bool(decoders[2]), doublings=len(decoders[1]) // 2
        )
        gan = LightweightGAN(**{**sizes, "auxiliaries": [term], **settings})
        fill(
            gan,
            Player(players["G"], GENERATOR, UNUSED),
            Player(players["GE"], GENERATOR, UNUSED) if players["GE"] else None,
            Player(
                players["D"],
                discriminator_rules(sizes["patches"]),
                [*UNUSED, r"decoder[12]\..*"],
            ),
        )
        for term in gan.auxiliaries:
            if isinstance(term, PlainReconstruction):
                port(term.whole, decoders[1], decoder_rules("whole"))
                if term.parts:
                    port(term.part, decoders[2], decoder_rules("part"))
        return gan


def _tensors(files):
    """Of `model.pt`, as in their code, or of the only file that has them."""
    own = files.readable("model.pt").get("model.pt", {})
    return own if _is_one(own) else one_file(files, _is_one, ENDINGS)


def _is_one(weights):
    return set(_inner(weights)) >= NEEDED


def _inner(weights):
    return part(weights, "GAN") or weights


def _nothing_else(weights):
    """Raise an error for tensors of no network that is known here."""
    known = ("G.", "GE.", "D.", "D_aug.D.")
    left = [name for name in weights if not name.startswith(known)]
    if left:
        raise ValueError(
            "The weights are not those of a Lightweight GAN. Only in the file: "
            f"{', '.join(left[:8])}. Only in the networks: nothing"
        )


def _sizes_of(generator, discriminator):
    """The arguments of the family, from shapes."""

    def width(weights, name, axis=0):
        return weights[f"{name}.weight"].shape[axis]

    layers = _count(generator, "layers.{}.0.2.weight")
    blocks = _count(discriminator, "residual_layers.{}.0.branches.0.1.weight")
    stems = _count(discriminator, "non_residual_layers.{}.1.weight")
    size = 4 << layers
    attention = [4 << i for i in range(layers) if f"layers.{i}.2.norm.g" in generator]
    return {
        "image_shape": (size, size, width(generator, "out_conv")),
        "latent_dim": width(generator, "initial_conv.0"),
        "generator_widths": (
            width(generator, "initial_conv.0", 1) // 2,
            *(width(generator, f"layers.{i}.0.2") // 2 for i in range(layers)),
        ),
        "discriminator_widths": (
            *(width(discriminator, f"non_residual_layers.{i}.1") for i in range(stems)),
            *(
                width(discriminator, f"residual_layers.{i}.0.branches.0.1")
                for i in range(blocks)
            ),
        ),
        "attention": attention,
        "patches": "to_logits.0.weight" in discriminator,
    }


def _count(weights, pattern):
    """How many layers there are."""
    return next(i for i in range(100) if pattern.format(i) not in weights)
