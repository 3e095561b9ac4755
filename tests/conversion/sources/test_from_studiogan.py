"""PyTorch-StudioGAN's run folders against the outputs of its networks."""

import math
import warnings

import keras
import numpy as np
import pytest
import torch
from conversion.published_files import tensors
from conversion.shapes import check_shapes, without_values
from references.filling import (
    around_one,
    assert_close,
    equalized,
    read,
    read_shapes,
    weight,
)
from undrawn import undrawn

from keras_gan_zoo import GAN, families, recipes
from keras_gan_zoo.conversion import (
    Files,
    convert,
    identify,
    part,
    public_checkpoints,
)
from keras_gan_zoo.conversion.sources.studiogan import StudioGAN, methods
from keras_gan_zoo.conversion.sources.studiogan.plan import Plan
from keras_gan_zoo.conversion.sources.studiogan.runs import Run

EAGER = keras.config.backend() == "tensorflow"
PLAIN = read("studiogan_plain", around_one)
IMAGES = 30.0 * weight("images", (2, 3, 32, 32)).transpose(0, 2, 3, 1)


def save(folder, player, weights, step=7, when="best", run="SNGAN"):
    """As StudioGAN does, in torch's format since 1.6."""
    path = folder / f"model={player}-{when}-weights-step={step}.pth"
    content = {"state_dict": tensors(weights)}
    if player == "G":
        content["optimizer"] = {"state": {0: {"step": torch.tensor(3.0)}}}
    if player == "D":
        content |= bookkeeping(run)
    torch.save(content, path)


def bookkeeping(name):
    return {
        "optimizer": {"state": {}, "param_groups": [{"lr": 2e-4, "params": [0]}]},
        "seed": 1,
        "run_name": f"CIFAR10-{name}-train-2022_01_11_20_39_29",
        "step": 7,
        "best_fid": np.float64(9.5),
        "lecam_emas": {"D_real": torch.tensor(0.5)},
    }


def run_of(fixture, g="g", d="d"):
    """The weights of both players and the outputs, from a fixture."""
    weights, arrays = fixture
    return part(weights, g), part(weights, d), arrays


def plain(name):
    weights, outputs, _ = run_of(PLAIN, f"{name}.g", f"{name}.d")
    arrays = PLAIN[1]
    start = f"out_{name}_"
    found = {k.removeprefix(start): v for k, v in arrays.items() if start in k}
    images = found.pop("images")
    return weights, outputs, arrays[f"in_{name}_latents"], images, IMAGES, found


def whole(name):
    """A fixture whose discriminator judges what its generator makes."""
    generator, discriminator, arrays = run_of(read(name))
    latents = arrays.get("in_latents", arrays.get("in_z"))
    images = arrays["out_images"]
    judged = images.transpose(0, 2, 3, 1)
    logits = {"logits": arrays["out_logits"]}
    return generator, discriminator, latents, images[:, :, ::3, ::3], judged, logits


def head(name):
    """BigGAN's generator, and a discriminator with another head."""
    generator, _, latents, images, _, _ = whole("biggan")
    weights, arrays = read("biggan_heads")
    ours = {
        "adv_output": "classes" if name == "multi_class" else "logits",
        "cls_output": "classes",
        "mi_cls_output": "twin_classes",
        "embed": "embedding",
        "proxy": "proxy",
        "h": "features",
    }
    start = f"out_{name}_"
    found = {ours[k.removeprefix(start)]: v for k, v in arrays.items() if start in k}
    judged = 5.0 * weight("images", (2, 3, 32, 32)).transpose(0, 2, 3, 1)
    return generator, part(weights, name), latents, images, judged, found


#: the run's name for its configuration -> family, weights and outputs
RUNS = {
    "DCGAN": ("DCGAN", plain, "dcgan"),
    "DCGAN-Info": ("InfoGAN", plain, "infogan"),
    "WGAN-GP": ("WGANGP", plain, "resnet"),
    "LOGAN": ("LOGAN", plain, "logan"),
    "SNGAN": ("SNGAN", plain, "sngan"),
    "ProjGAN": ("ProjectionGAN", plain, "projection"),
    "ACGAN-Mod": ("ACGAN", plain, "acgan"),
    "ACGAN-Mod-TAC": ("TACGAN", plain, "tacgan"),
    "BigGAN-Info": ("BigGAN", plain, "biggan_info"),
    "SAGAN": ("SAGAN", whole, "sagan"),
    "BigGAN": ("BigGAN", whole, "biggan"),
    "BigGAN-Deep": ("BigGANDeep", whole, "biggan_deep_legacy"),
    "BigGAN-Deep-StudioGAN": ("BigGANDeep", whole, "biggan_deep_studiogan"),
    "ContraGAN": ("ContraGAN", head, "contrastive"),
    "ACGAN-Mod-Big-TAC": ("TACGAN", head, "twin"),
    "ACGAN-Mod-Big-ADC": ("ADCGAN", head, "discriminative"),
    "MHGAN": ("MHGAN", head, "multi_class"),
    "MDGAN": ("MDGAN", head, "own_logit"),
}


def call(network, **inputs):
    labelled = isinstance(network.input, dict)
    given = inputs if labelled else next(iter(inputs.values()))
    if EAGER:  # tracing takes longer here than it saves
        found = network(given, training=False)
        return keras.tree.map_structure(keras.ops.convert_to_numpy, found)
    return network.predict_on_batch(given)


#: those with other layers than the rest, which are tried on every backend
OFTEN = ("DCGAN-Info", "WGAN-GP", "SNGAN", "SAGAN", "BigGAN-Info", "BigGAN-Deep")
CASES = [
    pytest.param(name, marks=() if name in OFTEN else pytest.mark.once) for name in RUNS
]


@pytest.mark.parametrize("name", CASES)
def test_equal_to_studiogan(name, tmp_path):
    family, of, fixture = RUNS[name]
    generator, discriminator, latents, images, judged, outputs = of(fixture)
    save(tmp_path, "G", generator)
    save(tmp_path, "D", discriminator, run=name)
    gan = convert(tmp_path)
    assert type(gan) is families.FAMILIES[family]
    labels = np.array([0, 2] if name == "SAGAN" else [2, 0], "int32")
    made = call(gan.ema_generator, latents=latents, labels=labels)
    made = made[:, ::3, ::3].transpose(0, 3, 1, 2)
    assert_close(made, images)
    found = call(gan.discriminator, images=judged, labels=labels)
    found = found if isinstance(found, dict) else {"logits": found}
    assert set(outputs) <= set(found)
    for output, expected in outputs.items():
        assert_close(found[output].reshape(expected.shape), expected)


@pytest.mark.parametrize("name", ["stylegan2", "stylegan2_labels"])
def test_stylegan2(name, tmp_path):
    """NVIDIA's network, the last layer of whose discriminator has another name."""
    weights, arrays = read(name, equalized)
    judge = {k.replace("b4.out.", "linear1."): v for k, v in part(weights, "D").items()}
    save(tmp_path, "G_ema", part(weights, "G"))
    save(tmp_path, "D", judge)
    config = "STYLEGAN: {d_epilogue_mbstd_group_size: 2}\nAUG: {apply_ada: true}\n"
    (tmp_path / "run.yaml").write_text(config)
    assert identify(Files(tmp_path)).republish is False
    gan = convert(tmp_path)
    assert type(gan) is families.StyleGAN2
    assert type(gan.augmentation).__name__ == "ADA"
    labels = arrays["in_labels"].astype("int32")
    made = call(gan.ema_generator, latents=arrays["in_z"], labels=labels)
    assert_close(made[:1], arrays["out_image"].transpose(0, 2, 3, 1))
    logits = call(gan.discriminator, images=made, labels=labels)
    assert_close(logits, arrays["out_logits"])


@pytest.fixture(scope="module")
def small():
    generator, discriminator, *_ = plain("sngan")
    return generator, discriminator


def both(folder, small, **options):
    save(folder, "G", small[0], **options)
    save(folder, "D", small[1], **options)
    return folder


@pytest.mark.once
def test_a_run_is_trained_on(small, tmp_path):
    gan = convert(both(tmp_path, small))
    assert (gan.critic_steps, gan.ema_half_life) == (5, None)
    gan.compile(run_eagerly=EAGER)
    before = gan.generator.get_weights()[0].copy()
    images = np.zeros((10, 32, 32, 3), "uint8")
    gan.fit(images, np.arange(10) % 3, batch_size=2, verbose=0)
    assert (gan.generator.get_weights()[0] != before).any()


@pytest.mark.once
def test_the_average_is_another_one(small, tmp_path):
    both(tmp_path, small)
    average = {**small[0], "linear0.bias": 2.0 * small[0]["linear0.bias"]}
    save(tmp_path, "G_ema", average)
    gan = convert(tmp_path)
    found, raw = (
        keras.ops.convert_to_numpy(network.get_layer("project").bias)
        for network in (gan.ema_generator, gan.generator)
    )
    assert_close(found, 2.0 * raw)
    assert gan.ema_half_life == round(64 * math.log(0.5) / math.log(0.9999))
    assert gan.ema_start == 64_000
    assert gan.images_averaged > gan.ema_start  # it goes on, and is no copy
    gan.save_to_preset(tmp_path / "preset")
    again = GAN.from_preset(str(tmp_path / "preset"))
    assert type(again) is families.SNGAN
    assert (again.generate(2, seed=1) == gan.generate(2, seed=1)).all()
    assert again.images_averaged > again.ema_start


@pytest.mark.once
def test_without_a_discriminator(small, tmp_path):
    save(tmp_path, "G_ema", small[0])
    gan = convert(tmp_path)
    assert gan.discriminator is None
    assert gan.generate(1, labels=2, seed=0).shape == (1, 32, 32, 3)
    alone = convert(tmp_path / "model=G_ema-best-weights-step=7.pth", family="sagan")
    assert type(alone) is families.SAGAN


@pytest.mark.once
def test_the_newest_best_weights_are_taken(small, tmp_path):
    other = {**small[0], "conv2d5.bias": np.full(3, 1.0, "float32")}
    both(tmp_path, small)
    both(tmp_path, (other, small[1]), step=9)
    both(tmp_path, small, step=20, when="current")
    with pytest.warns(UserWarning, match="those of step 9, its best ones, are taken"):
        gan = convert(tmp_path)
    assert gan.generator.get_layer("to_image").bias[0] == 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        gan = convert(tmp_path, when="current")
    assert gan.generator.get_layer("to_image").bias[0] != 1.0
    (tmp_path / "other").mkdir()
    both(tmp_path / "other", small)
    with pytest.raises(ValueError, match="must be of one run"):
        convert(tmp_path)


@pytest.mark.once
def test_what_does_not_fit(small, tmp_path):
    generator, discriminator = small

    def refused(message, generator, discriminator=discriminator):
        both(tmp_path, (generator, discriminator))
        with pytest.raises(ValueError, match=message):
            convert(tmp_path)

    refused("Only in the file: new.weight", {**generator, "new.weight": np.ones(2)})
    fewer = {k: v for k, v in generator.items() if k != "bn4.bias"}
    refused("Only in the network: norm/beta", fewer)
    narrow = {**generator, "conv2d5.bias": np.ones(2, "float32")}
    refused(r"`conv2d5.bias`, \(2,\)", narrow)
    twin = {**discriminator, "linear_conti.weight": np.ones((2, 8))}
    refused("Only in the file: linear_conti.weight", generator, twin)
    save(tmp_path, "G", generator)
    (tmp_path / "run.yaml").write_text("MODEL: {g_act_fn: ELU}")
    refused("`MODEL.g_act_fn` must be ReLU", generator)


#: what a configuration has -> the family, and some of its settings
CONFIGURATIONS = {
    "LOSS: {adv_loss: wasserstein, apply_wc: true, wc_bound: 0.01}": ("WGAN", {}),
    "LOSS: {adv_loss: vanilla, apply_maxgp: true, maxgp_lambda: 5}": (
        "LGAN",
        {"MaxGradientPenalty": 5},
    ),
    "{LOSS: {adv_loss: hinge, apply_cr: true, cr_lambda: 3}, "
    "AUG: {apply_diffaug: true}}": ("WGANGP", {"Consistency": 3}),
    "LOSS: {adv_loss: hinge, apply_zcr: true, radius: 0.05, g_lambda: 0.5, "
    "d_lambda: 20}": ("WGANGP", {"LatentConsistency": 20, "LatentSensitivity": 0.5}),
    "LOSS: {adv_loss: hinge, apply_lecam: true, lecam_lambda: 0.3, "
    "lecam_ema_decay: 0.99, lecam_ema_start_iter: 1000}": ("WGANGP", {"LeCam": 0.3}),
}


@pytest.mark.once
@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_a_configuration_tells_the_method(text, tmp_path):
    generator, discriminator, *_ = plain("resnet")
    both(tmp_path, (generator, discriminator), run="unknown")
    (tmp_path / "Configuration.yaml").write_text(text)
    gan = convert(tmp_path)
    family, terms = CONFIGURATIONS[text]
    assert type(gan) is families.FAMILIES[family]
    found = [*gan.penalties, *gan.auxiliaries, *gan.generator_penalties]
    assert {type(term).__name__: term.weight for term in found} == terms
    assert (gan.augmentation is not None) == ("diffaug" in text)


#: what a run is called -> its family, if its networks can be of several
CALLED = {
    "dcgan": {
        "DCGAN": "DCGAN",
        "LSGAN": "LSGAN",
        "GGAN": "GeometricGAN",
        "WGAN-GP": "DCGAN",  # not with such networks
    },
    "resnet": {
        "WGAN-WC": "WGAN",
        "WGAN-GP": "WGANGP",
        "WGAN-DRA": "DRAGAN",
        "LGAN": "LGAN",
        "mine": "WGANGP",
    },
}


@pytest.mark.once
@pytest.mark.parametrize("name", CALLED)
def test_the_name_of_a_run_tells_its_family(name):
    generator, discriminator, *_ = plain(name)
    players = {"G": generator, "G_ema": {}, "D": discriminator}
    for called, family in CALLED[name].items():
        plan = Plan(Run(players, bookkeeping(called), {}))
        assert plan.family.__name__ == family
        penalties = plan.arguments["penalties"]
        assert not any(penalty.per_image for penalty in penalties)


@pytest.mark.once
@pytest.mark.parametrize("text", ["", "LOSS: {apply_wc: true, wc_bound: 0.02}"])
def test_a_critic_with_clipped_weights(text, tmp_path):
    generator, discriminator, *_ = plain("resnet")
    both(tmp_path, (generator, discriminator), run="WGAN-WC")
    if text:
        (tmp_path / "run.yaml").write_text(text)
    clip = 0.02 if text else 0.01
    convert(tmp_path).save_to_preset(tmp_path / "preset")
    for gan in (convert(tmp_path), GAN.from_preset(tmp_path / "preset")):
        assert gan.clip == clip
        layers = [la for la in gan.discriminator.layers if la.trainable_variables]
        found = {
            getattr(layer, f"{kind}_constraint")
            for layer in layers
            for kind in ("kernel", "bias", "gamma", "beta")
            if hasattr(layer, f"{kind}_constraint")
        }
        assert {constraint.limit for constraint in found} == {clip}
    critic = convert(tmp_path, clip=0.5).discriminator
    assert critic.get_layer("logit").kernel_constraint.limit == 0.5
    save(tmp_path, "D", plain("sngan")[1])
    with pytest.raises(ValueError, match=r"no spectral norm\. Choose another `family`"):
        convert(tmp_path, family="wgan")


#: names of the index whose recipe here has another one
RECIPES = {
    "geometric_gan": "ggan",
    "dragan": "wgan_dra",
    "projection_gan": "pd_gan",
    "tacgan": "tacgan_resnet",
}
METHOD = ("loss", "critic_steps", "penalties", "auxiliaries", "generator_penalties")


def settings_of(term):
    """A term as data: by its class and its config."""
    if isinstance(term, (list, tuple)):
        return [settings_of(one) for one in term]
    if isinstance(term, dict):
        term = keras.saving.deserialize_keras_object(term)
    return term if term is None or isinstance(term, (str, int)) else repr_of(term)


def repr_of(term):
    return type(term).__name__, term.get_config()


@pytest.mark.once
@pytest.mark.parametrize(
    "name", [name for name in public_checkpoints() if name.startswith("studiogan_")]
)
def test_the_index_has_the_methods_of_the_recipes(name):
    """Without a YAML, which none of the published runs has beside its weights."""
    short = name.removeprefix("studiogan_cifar10_")
    recipe = recipes.find(f"studiogan/{RECIPES.get(short, short)}_cifar10")
    expected = {**recipe["arguments"]}
    called = public_checkpoints()[name]["patterns"][0].split("/")[-2]
    run_name = called.replace("*", "2022_01_11_20_39_29")
    if short.startswith("stylegan2"):
        found = methods.stylegan2_arguments({}, run_name)
        keys = ("augmentation", "auxiliaries")
        family = families.StyleGAN2
    else:
        known = [cls for n, cls in families.FAMILIES.items() if n == recipe["family"]]
        family = families.LOGAN if short == "logan" else known[0]
        assert methods.family_of((family.__name__, "GAN"), {}, run_name) is family
        batch_norm = "WGAN" in run_name
        found = methods.arguments(family, {}, batch_norm, 0, run_name)
        keys = (*METHOD, "augmentation")
    for key in keys:
        own = family.method.get(key, () if key[-1] == "s" else None)
        assert settings_of(found.get(key, own)) == settings_of(expected.get(key, own))


@pytest.mark.once
@pytest.mark.parametrize("name", ["BigGAN-DiffAug-LeCam", "BigGAN-ADA", "BigGAN-CR"])
def test_the_name_of_a_run_tells_its_method(name, tmp_path):
    generator, discriminator, *_ = whole("biggan")
    both(tmp_path, (generator, discriminator), run=name)
    gan = convert(tmp_path)
    assert (gan.augmentation is None) == ("CR" in name)
    terms = {type(term).__name__ for term in gan.auxiliaries}
    assert terms == {"CR": {"Consistency"}, "ADA": set()}.get(name[7:], {"LeCam"})
    (tmp_path / "run.yaml").write_text("LOSS: {adv_loss: hinge}")  # which says all
    assert not convert(tmp_path).auxiliaries


#: the family of a published configuration, from its networks alone
PUBLISHED = {
    "CIFAR10-ACGAN-Mod-ADC": "ADCGAN",
    "CIFAR10-BigGAN": "BigGAN",
    "CIFAR10-BigGAN-Deep": "BigGANDeep",
    "CIFAR10-BigGAN-Deep-StudioGAN": "BigGANDeep",
    "CIFAR10-BigGAN-Info-Uncond": "BigGAN",
    "CIFAR10-BigGAN-Uncond": "BigGAN",
    "CIFAR10-ContraGAN": "ReACGAN",
    "CIFAR10-DCGAN": "DCGAN",
    "CIFAR10-LOGAN": "SNGAN",
    "CIFAR10-MDGAN": "MDGAN",
    "CIFAR10-SAGAN": "SAGAN",
    "CIFAR10-SNGAN": "SNGAN",
    "CIFAR10-WGAN-GP": "WGANGP",
    "ImageNet-ACGAN-Big-Mod-256": "ACGAN",
    "ImageNet-BigGAN-256": "BigGAN",
    "ImageNet-BigGAN-Deep-256": "BigGANDeep",
    "ImageNet-MHGAN-256": "MHGAN",
    "ImageNet-ReACGAN-256": "ReACGAN",
    "ImageNet-ReACGAN-Deep-2048": "ReACGAN",
    "ImageNet-SAGAN-256": "SAGAN",
    "ImageNet-SNGAN-256": "SNGAN",
}


@pytest.mark.once
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_configurations(name):
    """Networks for the tensors of a configuration, at their full size."""
    weights = without_values(read_shapes("shapes_studiogan")[name])
    players = {"G": part(weights, "g"), "G_ema": {}, "D": part(weights, "d")}
    plan = Plan(Run(players, {}, {}))
    assert plan.family is families.FAMILIES[PUBLISHED[name]]
    size = 32 if name.startswith("CIFAR10") else 128
    assert plan.arguments["image_shape"] == (size, size, 3)
    with np.errstate(invalid="ignore"):
        check_shapes(undrawn(plan.generator), *plan.maker(players["G"]))
    check_shapes(undrawn(plan.discriminator), *plan.judge())


@pytest.mark.once
def test_other_files_are_not_its(small, tmp_path):
    source = identify(Files(both(tmp_path, small)))
    assert type(source) is StudioGAN
    assert source.republish
    other = tmp_path / "other"
    other.mkdir()
    torch.save({"state_dict": tensors(small[0])}, other / "netG_1_steps.pth")
    assert not StudioGAN().matches(Files(other))
    save(other, "G", {"layer.weight": np.ones(2, "float32")})
    assert not StudioGAN().matches(Files(other))
