"""How a run was trained: its family, and the arguments that its configuration tells."""

import math
import re
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo import augmentation, auxiliaries, generator_penalties, penalties
from keras_gan_zoo.families import Family
from keras_gan_zoo.families.family import FAMILIES, find

LOSSES = {
    "vanilla": "non_saturating",
    "logistic": "non_saturating",
    "hinge": "hinge",
    "wasserstein": "wasserstein",
    "least_square": "least_squares",
}
#: the families of a head; of those without a class, of a backbone. The first one holds
#: where nothing tells which it is.
OF_HEAD = {
    "AC": ("ACGAN",),
    "ADC": ("ADCGAN",),
    "TAC": ("TACGAN",),
    "2C": ("ReACGAN", "ContraGAN"),
    "MH": ("MHGAN",),
    "MD": ("MDGAN",),
}
DEEP_CONV = ("DCGAN", "LSGAN", "GeometricGAN")
WITHOUT_SPECTRAL_NORM = ("WGANGP", "WGAN", "DRAGAN", "LGAN")
#: a run's own name for what is a family here, where they differ
NAMES = {
    "GGAN": "GeometricGAN",
    "WGAN-GP": "WGANGP",
    "WGAN-WC": "WGAN",
    "WGAN-DRA": "DRAGAN",
    "ProjGAN": "ProjectionGAN",
}
ADVERSARIAL: dict[str, dict[str, Any]] = {"LOSS": {"adv_loss": "logistic"}}
LECAM = {"lecam_lambda": 0.3, "lecam_ema_decay": 0.99, "lecam_ema_start_iter": 1000}
BALANCED = {"apply_bcr": True, "real_lambda": 10.0, "fake_lambda": 10.0}
LATENT = {"apply_zcr": True, "radius": 0.05, "g_lambda": 0.5, "d_lambda": 20.0}
#: what a word in a run's name says of its configuration, beside the family
WORDS: dict[str, dict[str, dict[str, Any]]] = {
    "ADA": {**ADVERSARIAL, "AUG": {"apply_ada": True}},
    "APA": {**ADVERSARIAL, "AUG": {"apply_apa": True}},
    "CR": {"LOSS": {"apply_cr": True, "cr_lambda": 10.0}},
    "DiffAug": {"AUG": {"apply_diffaug": True}},
    "ICR": {"LOSS": {**BALANCED, **LATENT}},
    "LeCam": {"LOSS": {"apply_lecam": True, **LECAM}},
}


def families_of(
    backbone: str, head: str, spectral: bool, attention: bool, codes: bool
) -> tuple[str, ...]:
    """The names of the families that have such networks, the likeliest first."""
    if head in OF_HEAD:
        return OF_HEAD[head]
    if backbone == "big_resnet_deep":
        return ("BigGANDeep",)
    if backbone == "big_resnet":
        return ("BigGAN",)
    if backbone == "deep_conv":
        return ("InfoGAN",) if codes else DEEP_CONV
    if attention:
        return ("SAGAN",)
    if head == "PD":
        return ("SNGAN",) if spectral else ("ProjectionGAN",)
    return ("SNGAN", "LOGAN") if spectral else WITHOUT_SPECTRAL_NORM


def family_of(
    known: tuple[str, ...],
    config: Mapping[str, Any],
    run_name: Any = None,
    chosen: str | None = None,
) -> type[Family]:
    """The family of a run, one of those `known` unless it is `chosen`.

    Args:
        known: see `families_of`.
        config: the run's YAML, or an empty dict.
        run_name: what its discriminator's file calls it, such as
            `"CIFAR10-WGAN-WC-train-2022_01_11_20_39_29"`, or None.
        chosen: a name, or None.
    """
    if chosen is not None:
        return find(chosen)
    told = _told(config) if config else None
    called = "-".join(word for word in words_of(run_name) if word not in WORDS)
    named = NAMES.get(called, called)
    for name in (told, named):
        if name in known:
            return FAMILIES[name]
    return FAMILIES[known[0]]


def words_of(run_name: Any) -> list[str]:
    """The words of a run's name between its data and its date, [] for another name.

    Example:

    >>> words_of("CIFAR10-BigGAN-DiffAug-train-2022_01_11_20_39_29")
    ['BigGAN', 'DiffAug']
    """
    match = re.match(r"[^-]+-(.+)-train-\d{4}_", str(run_name))
    return match[1].split("-") if match else []


def switched(run_name: Any) -> dict[str, dict[str, Any]]:
    """What a run's name says of its configuration: the parts `LOSS` and `AUG`."""
    parts = [WORDS.get(word, {}) for word in words_of(run_name)]
    return {
        key: {k: v for part in parts for k, v in part.get(key, {}).items()}
        for key in ("LOSS", "AUG")
    }


def _told(config):
    """The family that a configuration names by what it switches on."""
    model, loss = config.get("MODEL", {}), config.get("LOSS", {})
    switches = {
        "apply_gp": "WGANGP",
        "apply_wc": "WGAN",
        "apply_dra": "DRAGAN",
        "apply_maxgp": "LGAN",
        "apply_lo": "LOGAN",
    }
    for switch, name in switches.items():
        if loss.get(switch):
            return name
    if model.get("d_cond_mtd") in ("2C", "D2DCE"):
        return "ContraGAN" if model["d_cond_mtd"] == "2C" else "ReACGAN"
    if model.get("backbone") == "deep_conv":
        of_loss = {"least_square": "LSGAN", "hinge": "GeometricGAN"}
        return of_loss.get(loss.get("adv_loss"), "DCGAN")
    return "SNGAN" if model.get("apply_d_sn") else None


def arguments(
    family: type[Family],
    config: Mapping[str, Any],
    batch_norm: bool,
    codes: int,
    run_name: Any = None,
) -> dict[str, Any]:
    """Arguments of the family's method, as StudioGAN trains it.

    Args:
        family: the class.
        config: the run's YAML, or an empty dict for a run without one: what its name
            says then holds, and what is said of the family.
        batch_norm: bool, whether the discriminator has batch norm, which StudioGAN
            does not mind under a penalty.
        codes: int, the size of InfoGAN's code.
        run_name: see `family_of`.
    """
    told, training = config or switched(run_name), config.get("OPTIMIZATION", {})
    loss = told.get("LOSS", {})
    given: dict[str, Any] = {
        "critic_steps": training.get("d_updates_per_step", 5),
        "latent_distribution": "normal",
    }
    if not config and family.__name__ in (*DEEP_CONV, "InfoGAN"):
        given["critic_steps"] = 2
    uniform = config.get("MODEL", {}).get("z_prior", "") == "uniform"
    if uniform or (not config and family.__name__ == "LOGAN"):
        given["latent_distribution"] = "uniform"
    if config or "adv_loss" in loss:
        name = LOSSES.get(loss.get("adv_loss", "vanilla"))
    else:
        name = {"ACGAN": "hinge", "DRAGAN": "wasserstein"}.get(family.__name__)
    if name is not None:  # or else the family's own
        given["loss"] = name
    given["penalties"] = _penalties(family, config.get("LOSS", {}), batch_norm)
    given["auxiliaries"] = _auxiliaries(family, loss, codes, given["critic_steps"])
    if loss.get("apply_zcr"):
        term = generator_penalties.LatentSensitivity(
            loss["g_lambda"], radius=loss["radius"]
        )
        given["generator_penalties"] = [term]
    given["augmentation"] = _augmentation(told.get("AUG", {}))
    return given


def batch_size(config: Mapping[str, Any]) -> int:
    """How many images one update sees."""
    return config.get("OPTIMIZATION", {}).get("batch_size", 64)


def average(config: Mapping[str, Any]) -> tuple[float, int]:
    """Half-life and start of the generator's average, in images."""
    model, batch = config.get("MODEL", {}), batch_size(config)
    half_life = batch * math.log(0.5) / math.log(model.get("g_ema_decay", 0.9999))
    return round(half_life), model.get("g_ema_start", 1000) * batch


def _penalties(family, loss, batch_norm):
    kinds = (
        ("apply_gp", "gp_lambda", penalties.GradientPenalty),
        ("apply_dra", "dra_lambda", penalties.DRAGAN),
        ("apply_maxgp", "maxgp_lambda", penalties.MaxGradientPenalty),
        ("apply_r1_reg", "r1_lambda", penalties.R1),
    )
    found = [cls(loss.get(of, 10.0)) for on, of, cls in kinds if loss.get(on)]
    if not loss:
        declared = family.method.get("penalties", ())
        found = [type(term)(**term.get_config()) for term in declared]
    for penalty in found:
        if batch_norm:
            penalty.per_image = False
    return found


def _auxiliaries(family, loss, codes, critic_steps):
    """The family's own terms at the run's weights, then those that it switches on."""
    names = {"temperature": "temperature", "m_p": "margin", "cond_lambda": "weight"}
    found = []
    if family.__name__ != "InfoGAN":
        for term in family.method.get("auxiliaries", ()):
            config = term.get_config()
            config |= {
                ours: loss[theirs]
                for theirs, ours in names.items()
                if theirs in loss and ours in config
            }
            if isinstance(term, auxiliaries.Classification):
                config["on_fakes"] = False
            found.append(type(term)(**config))
    if codes:
        weight = loss.get("infoGAN_loss_discrete_lambda", 1.0)
        found.append(auxiliaries.Information(0, (codes,), weight))
    if loss.get("apply_cr"):
        found.append(auxiliaries.Consistency(loss["cr_lambda"]))
    if loss.get("apply_bcr"):
        weights = loss["real_lambda"], loss["fake_lambda"]
        found.append(auxiliaries.BalancedConsistency(*weights))
    if loss.get("apply_zcr"):
        weights = loss["d_lambda"], loss["radius"]
        found.append(auxiliaries.LatentConsistency(*weights))
    if loss.get("apply_lecam"):
        start = loss["lecam_ema_start_iter"] * critic_steps
        weights = loss["lecam_lambda"], loss["lecam_ema_decay"], start
        found.append(auxiliaries.LeCam(*weights))
    return found


def _augmentation(config):
    if config.get("apply_diffaug"):
        return augmentation.DiffAugment()
    if config.get("apply_ada"):
        return augmentation.ADA("bgc", target=config.get("ada_target", 0.6))
    if config.get("apply_apa"):
        return augmentation.APA(target=config.get("apa_target", 0.6))
    return None


def stylegan2_arguments(
    config: Mapping[str, Any], run_name: Any = None
) -> dict[str, Any]:
    """Arguments of StyleGAN2 beside those of its published configuration."""
    told = config or switched(run_name)
    found: dict[str, Any] = {"augmentation": _augmentation(told.get("AUG", {}))}
    loss = told.get("LOSS", {})
    if loss.get("apply_r1_reg"):
        every = config.get("STYLEGAN", {}).get("d_reg_interval", 16)
        found["penalties"] = [penalties.R1(loss["r1_lambda"], every)]
    if loss.get("apply_lecam"):
        weights = loss["lecam_lambda"], loss["lecam_ema_decay"]
        start = loss["lecam_ema_start_iter"]
        found["auxiliaries"] = [auxiliaries.LeCam(*weights, start)]
    return found
