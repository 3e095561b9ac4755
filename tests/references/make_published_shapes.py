"""Makes shapes_*.npz: names and shapes of the published networks at their full sizes.

    python tests/references/make_published_shapes.py SOURCE PATH_OF_ITS_CODE

SOURCE is one of the functions below. The networks are built on torch's meta device,
which draws nothing. See the other `make_*.py` for the codes' commits.
"""

import sys
from pathlib import Path

import torch
from filling import save

HERE = Path(__file__).parent


def shapes(networks):
    """Of `{"cifar10": {"G": network}}`: shapes by names such as cifar10.G.const."""
    return {
        f"{case}.{key}.{name}": tuple(tensor.shape)
        for case, players in networks.items()
        for key, network in players.items()
        for name, tensor in network.state_dict().items()
    }


def stylegan2():
    from torch_utils.ops import upfirdn2d
    from training.networks import Discriminator, Generator

    upfirdn2d.setup_filter = lambda taps: torch.empty(len(taps), len(taps))

    def players(size, base, layers, classes=0, architecture="resnet"):
        widths = {"channel_base": base}
        return {
            "G_ema": Generator(
                512, classes, 512, size, 3, {"num_layers": layers}, widths
            ),
            "D": Discriminator(classes, size, 3, architecture, **widths),
        }

    return {
        "cifar10_conditional": players(32, 32768, 2, 10, "orig"),
        "cifar10": players(32, 32768, 2, 0, "orig"),
        "auto_64": players(64, 16384, 2),
        "auto_512_conditional": players(512, 32768, 2, 7),
        "paper256": players(256, 16384, 8),
        "paper512": players(512, 32768, 8),
        "paper1024": players(1024, 32768, 8),
        "stylegan2_256": players(256, 32768, 8),
    }


def r3gan():
    from R3GAN.Networks import Discriminator, Generator

    def players(widths, groups, classes=None):
        common = {"BlocksPerStage": [2] * len(widths), "ExpansionFactor": 2}
        labels = [{}, {}]
        if classes:
            labels = [
                {"ConditionDimension": classes, "ConditionEmbeddingDimension": size}
                for size in (64, widths[0])
            ]
        return {
            "G_ema": Generator(64, widths, groups, **common, **labels[0]),
            "D": Discriminator(widths[::-1], groups[::-1], **common, **labels[1]),
        }

    return {
        "cifar10": players([768] * 4, [96] * 4, 10),
        "ffhq64": players([768] * 4 + [384], [96] * 4 + [48]),
        "ffhq256": players([768] * 4 + [384, 192, 96], [96] * 4 + [48, 24, 12]),
        "imagenet32": players([1536] * 4, [96] * 4, 1000),
        "imagenet64": players([1536] * 5, [96] * 5, 1000),
    }


def pytorch_gan_zoo():
    from models.networks.DCGAN_nets import DNet as PlainDNet
    from models.networks.DCGAN_nets import GNet as PlainGNet
    from models.networks.progressive_conv_net import DNet, GNet

    def grown(scales):
        networks = {
            "netG": GNet(512, 512),
            "netD": DNet(512, miniBatchNormalization=True),
            "avgG": GNet(512, 512),
        }
        for network in networks.values():
            for width in [512, 512, 512, 256, 128, 64, 32, 16][:scales]:
                network.addScale(width)
        return networks

    def plain(depth):
        networks = {"netG": PlainGNet(120, 3, 64, depth)}
        networks["netD"] = PlainDNet(3, 64, 1, depth)
        return {**networks, "avgG": PlainGNet(120, 3, 64, depth)}

    names = {"celebaCropped": 5, "celebaHQ_256": 6, "celebaHQ_512": 7}
    return {
        **{name: grown(scales) for name, scales in names.items()},
        "dcgan_64": plain(3),
        "dcgan_128": plain(4),
    }


def mimicry():
    from make_mimicry import import_networks

    load = import_networks(sys.argv[2])

    def players(module, name, size, *classes):
        nets = load(f"torch_mimicry.nets.{module}.{module}_{size}")
        return {
            "netG": getattr(nets, f"{name}Generator{size}")(*classes),
            "netD": getattr(nets, f"{name}Discriminator{size}")(*classes),
        }

    families = {
        "sngan": "SNGAN",
        "ssgan": "SSGAN",
        "infomax_gan": "InfoMaxGAN",
        "wgan_gp": "WGANGP",
    }
    return {
        **{
            f"{module}_{size}": players(module, name, size)
            for module, name in families.items()
            for size in (32, 48, 64, 128)
        },
        "cgan_pd_32": players("cgan_pd", "CGANPD", 32, 10),
        "cgan_pd_128": players("cgan_pd", "CGANPD", 128, 1000),
    }


def studiogan():
    """The networks of its configurations, but for the counters of batch norm."""
    import yaml
    from make_studiogan_plain import published

    sys.path.insert(0, str(Path(sys.argv[2]) / "src"))
    from utils import ops

    ops.init_weights = lambda *arguments: None

    def players(path):
        config = yaml.safe_load(Path(sys.argv[2], "src/configs", path).read_text())
        model, data = config.get("MODEL", {}), config["DATA"]
        names = ("d_cond_mtd", "aux_cls_type", "d_embed_dim", "info_type")
        head = {name: model[name] for name in names if name in model}
        if "info_type" in head:
            head["g_info_injection"] = model["g_info_injection"]
        return published(
            sys.argv[2],
            model.get("backbone", "resnet"),
            model.get("z_dim", 128),
            model.get("g_cond_mtd", "W/O") != "W/O",
            (model.get("g_conv_dim", 64), model.get("d_conv_dim", 64)),
            data["num_classes"],
            model.get("info_dim_discrete_c", 0),
            sn=(model.get("apply_g_sn", False), model.get("apply_d_sn", False)),
            size=data["img_size"],
            depth=(model.get("g_depth"), model.get("d_depth")),
            attention=(model.get("attn_g_loc", []), model.get("attn_d_loc", [])),
            shared=model.get("g_shared_dim"),
            **head,
        )

    cifar = (
        "ACGAN-Mod-ADC BigGAN BigGAN-Deep BigGAN-Deep-StudioGAN BigGAN-Info-Uncond "
        "BigGAN-Uncond ContraGAN DCGAN LOGAN MDGAN SAGAN SNGAN WGAN-GP"
    )
    imagenet = (
        "ACGAN-Big-Mod-256 BigGAN-256 BigGAN-Deep-256 MHGAN-256 ReACGAN-256 "
        "ReACGAN-Deep-2048 SAGAN-256 SNGAN-256"
    )
    return {
        f"{folder}-{name}": players(f"{folder}/{name}.yaml")
        for folder, names in (("CIFAR10", cifar), ("ImageNet", imagenet))
        for name in names.split()
    }


if __name__ == "__main__":
    source = sys.argv[1]
    sys.path.insert(0, sys.argv[2])
    with torch.device("meta"):
        found = shapes({**globals()}[source]())
    save(HERE / f"shapes_{source}.npz", found)
