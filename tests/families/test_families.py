import importlib
import inspect
import json
import re
import sys

import keras
import numpy as np
import pytest
from families.contract import ours, small
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.recipes import is_conditional

FAMILIES = [kgz.MLPGAN, kgz.DCGAN, kgz.WGAN, kgz.WGANGP]
SMALL = {"generator_widths": (8, 4), "discriminator_widths": (4, 8)}


@pytest.mark.once
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "image_shape", [(28, 28, 1), (32, 32, 3), (45, 37, 3), (7, 5, 2), (16, 16, 4)]
)
def test_any_image_shape(family, image_shape):
    gan = family(image_shape=image_shape, **SMALL)
    assert gan.image_shape == image_shape
    assert gan.generator.output_shape == (None, *image_shape)
    assert gan.generate(2, seed=1).shape == (2, *image_shape)
    assert gan.discriminator.output_shape == (None, 1)


WRONG_SIZES = [
    ("generator_widths", 8),
    ("generator_widths", ()),
    ("generator_widths", (4.5, 4.0)),
    ("discriminator_widths", (4, 0, 4)),
    ("latent_dim", 2.5),
    ("latent_dim", 0),
    ("num_classes", 0),
    ("num_classes", 1),
    ("num_classes", 3.0),
    ("chunk_dim", 0),
    ("embedding_dim", 0),
    ("embedding_width", 0),
    ("encoding_dim", 0),
    ("code_width", 1.5),
    ("kernel_size", 0),
    ("group_size", 0),
    ("blocks", 0),
    ("mapping_layers", -1),
    ("attention", (8.5,)),
    ("attention", "8"),
    ("downsample", True),
    ("downsample", "yes"),
    ("downsample", (2, 3)),
    ("dropout", "0.5"),
    ("dropout", -0.5),
    ("dropout", 1.5),
    ("orthogonality", "0.5"),
    ("orthogonality", float("nan")),
    ("orthogonality", -0.5),
    ("style_mixing", (0.1,)),
    ("style_mixing", 1.5),
    ("clamp", True),
    ("clamp", -0.5),
    ("clip", "0.5"),
    ("growing", -1),
    ("residual", "no"),
    ("patches", 1),
    ("tanh", "no"),
    ("use_bias", 2),
    ("convolved", None),
]


@pytest.mark.once
@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        pytest.param(family, *size, id=f"{family.file_name}-{size}")
        for family in ours()
        for size in WRONG_SIZES
        if size[0] in inspect.signature(family.networks).parameters
    ],
)
def test_a_wrong_size_is_named_as_it_was_given(family, name, value):
    classes = {"num_classes": 2} if is_conditional(family) else {}
    received = re.escape(f"{name}={value!r}")
    with pytest.raises(ValueError, match=f"`{name}` must .*Received: {received}"):
        family(**{**classes, name: value})


@pytest.mark.parametrize("family", [kgz.BigGAN, kgz.BigGANDeep, kgz.SAGAN])
def test_there_is_no_attention_on_a_grid_of_0(family):
    with pytest.raises(ValueError, match=r"`attention` must .*Received: attention=0"):
        family(attention=0)


@pytest.mark.once
@pytest.mark.parametrize("name", ["generator_widths", "discriminator_widths"])
@pytest.mark.parametrize("widths", [(4, 4), (4, 4, 4, 4)])
def test_layers_with_a_role_each_need_a_width_each(name, widths):
    with pytest.raises(ValueError, match=f"`{name}` must be 3 positive widths"):
        kgz.CGAN(num_classes=2, **{name: widths})


@pytest.mark.parametrize("family", ours(), ids=lambda f: f.file_name)
def test_a_declaration_has_no_weights(family):
    """Else importing the package would start the backend and take its devices."""
    for declared in keras.tree.flatten(family.method):
        assert not getattr(declared, "variables", [])


def shapes(network):
    return [
        layer.output.shape[1:]
        for layer in network.layers
        if layer.name.startswith(("reshape", "up", "down", "to_image", "dense"))
    ]


def test_published_sizes_at_28():
    gan = kgz.DCGAN(image_shape=(28, 28, 1))
    assert shapes(gan.generator) == [(7, 7, 128), (14, 14, 64), (28, 28, 1)]
    assert shapes(gan.discriminator) == [(14, 14, 64), (7, 7, 128)]
    assert {
        layer.kernel_size for layer in gan.generator.layers if "up" in layer.name
    } == {(5, 5)}
    assert gan.latent_dim == 100
    assert gan.latent_distribution == "uniform"


def test_published_widths_at_64():
    assert kgz.networks.dcgan.default_widths((64, 64, 3)) == (
        1024,
        512,
        256,
        128,
    )


def test_mlp_gan_sizes_and_game():
    gan = kgz.MLPGAN(image_shape=(28, 28, 1))
    dense = [layer.units for layer in gan.generator.layers if "units" in dir(layer)]
    assert dense == [256, 512, 256, 128, 784]
    dense = [layer.units for layer in gan.discriminator.layers if "units" in dir(layer)]
    assert dense == [128, 256, 1]
    assert isinstance(gan.objective, kgz.losses.Minimax)


def optimizers(gan):
    gan.compile()
    return gan.optimizer.generator_optimizer, gan.optimizer.discriminator_optimizer


def learning_rate(optimizer):
    return float(ops.convert_to_numpy(optimizer.learning_rate))


def test_published_optimizers():
    for optimizer in optimizers(kgz.WGAN(**SMALL)):
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert learning_rate(optimizer) == pytest.approx(5e-5)
    for optimizer in optimizers(kgz.WGANGP(**SMALL)):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.0, 0.9)
        assert learning_rate(optimizer) == pytest.approx(1e-4)
    for optimizer in optimizers(kgz.DCGAN(**SMALL)):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)
        assert learning_rate(optimizer) == pytest.approx(2e-4)
    assert kgz.WGAN(**SMALL).critic_steps == kgz.WGANGP(**SMALL).critic_steps == 5


@pytest.mark.parametrize("size", [1e-7, 1e-6, 1e-5, 1e-4, 1e-2, 1.0])
def test_wgan_takes_the_steps_of_torch_whatever_the_gradient(size):
    import torch

    gradients = size * np.array([[1.0, -2.0], [0.5, 1.0], [-1.0, 3.0]], "float32")
    peer = torch.nn.Parameter(torch.zeros(2))
    peers = torch.optim.RMSprop([peer], lr=5e-5, alpha=0.99, eps=1e-8)
    pairs = [
        (keras.Variable(np.zeros(2, "float32")), optimizer)
        for optimizer in kgz.WGAN(**SMALL).default_optimizers()
    ]
    for gradient in gradients:
        peer.grad = torch.from_numpy(gradient)
        peers.step()
        expected = peer.detach().numpy()
        for variable, optimizer in pairs:
            optimizer.apply([ops.convert_to_tensor(gradient)], [variable])
            found = ops.convert_to_numpy(variable)
            # Torch adds its epsilon to the root, Keras below it: at most sqrt(2) apart,
            # where the root of a gradient's mean square is as small as epsilon.
            near = 0.5 if size < 1e-6 else 2e-1 if size < 1e-5 else 2e-2
            np.testing.assert_allclose(found, expected, rtol=near)


def test_wgan_clips_every_weight_of_the_critic():
    gan = kgz.WGAN(image_shape=(8, 8, 1), clip=0.02, **SMALL)
    gan.compile(discriminator_optimizer=keras.optimizers.SGD(100.0))
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype="uint8")
    gan.fit(images, batch_size=8, verbose=0)
    largest = [
        np.abs(ops.convert_to_numpy(w)).max()
        for w in gan.discriminator.trainable_variables
    ]
    assert max(largest) == pytest.approx(0.02)
    assert any("gamma" in w.path for w in gan.discriminator.trainable_variables)
    free = [
        np.abs(ops.convert_to_numpy(w)).max() for w in gan.generator.trainable_variables
    ]
    assert max(free) > 0.02


@pytest.mark.once
@pytest.mark.parametrize("family", [kgz.DCGAN, kgz.WGANGP, kgz.MLPGAN])
def test_numbers_of_numpy_become_those_of_python(family, tmp_path):
    gan = family(
        image_shape=np.array([8, 8, 1]),
        latent_dim=np.int64(4),
        generator_widths=np.array([8, 8]),
        ema_half_life=np.float32(100),
        augmentation=kgz.augmentation.ADA(target=np.float32(0.5)),
        critic_steps=np.int64(2),
    )
    config = gan.get_config()
    json.dumps({key: config[key] for key in ("image_shape", "latent_dim", "seed")})
    assert config["generator_widths"] == (8, 8)
    gan.save_to_preset(tmp_path / "gan")
    found = kgz.GAN.from_preset(tmp_path / "gan")
    assert (found.latent_dim, found.ema_half_life) == (4, 100)


def test_no_batch_norm_under_a_gradient_penalty():
    with pytest.raises(ValueError, match="no batch norm"):
        kgz.WGANGP(normalization="batch")
    names = [type(layer).__name__ for layer in kgz.WGANGP(**SMALL).discriminator.layers]
    assert "BatchNormalization" not in names


@pytest.mark.parametrize("image_shape", [(28, 28), (28, 28, 5), (0, 4, 1), "28", 28])
def test_bad_image_shape(image_shape):
    for family in (kgz.DCGAN, kgz.PacGAN):
        with pytest.raises(ValueError, match="`image_shape` must be"):
            family(image_shape=image_shape)


@pytest.mark.parametrize("image_shape", [(28.5, 28, 1), ("8", 8, 1), (8, 8, True)])
def test_sizes_of_images_are_whole(image_shape):
    with pytest.raises(ValueError, match="`image_shape` must be"):
        kgz.DCGAN(image_shape=image_shape)


def test_there_may_be_no_limit_of_activations():
    sizes = {"generator_widths": (4, 4), "latent_dim": 4, "mapping_width": 4}
    assert kgz.StyleGAN2((8, 8, 1), clamp=None, **sizes).clamp is None


def test_latents_are_an_object_of_their_own():
    with pytest.raises(ValueError, match=r"`latents` must be .*Received: 62"):
        kgz.InfoGAN(latents=62)


@pytest.mark.once
def test_one_size_needs_no_list():
    sizes = {"generator_widths": (8, 8, 8), "discriminator_widths": (8, 8, 8)}
    one, listed = (
        kgz.LightweightGAN((32, 32, 3), 4, attention=attention, **sizes)
        for attention in (8, (8,))
    )
    for network in ("generator", "discriminator"):
        names = [[w.path for w in getattr(g, network).weights] for g in (one, listed)]
        assert len(names[0]) == len(names[1])
    assert one.get_config()["attention"] == 8


#: Those whose docstrings say that their discriminators are "the generator's, reversed".
MIRRORED = [
    kgz.DCGAN,
    kgz.DRAGAN,
    kgz.GeometricGAN,
    kgz.InfoGAN,
    kgz.LSGAN,
    kgz.PacGAN,
    kgz.ProgressiveGAN,
    kgz.R3GAN,
    kgz.RaGAN,
    kgz.StyleGAN2,
    kgz.WGAN,
    kgz.WGANGP,
]


@pytest.mark.once
@pytest.mark.parametrize("family", MIRRORED)
def test_a_discriminator_mirrors_the_generator(family):
    sizes = {"image_shape": (16, 16, 1), "generator_widths": (32, 16)}
    told = family(**sizes, discriminator_widths=(16, 32))
    gan, default = family(**sizes), family((16, 16, 1), generator=told.generator)
    shapes = [variable.shape for variable in gan.discriminator.variables]
    assert shapes == [variable.shape for variable in told.discriminator.variables]
    assert gan.discriminator.count_params() != default.discriminator.count_params()


def test_bad_widths():
    with pytest.raises(ValueError, match="one positive width per stage"):
        kgz.DCGAN(generator_widths=(64, 0))


def test_gradient_reversal_is_exact_and_reverses():
    from keras_gan_zoo import backend

    x = ops.convert_to_tensor(np.array([1e-8, 3.3, -1e6], "float32"))
    layer = kgz.layers.GradientReversal(strength=2.0)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(x)), ops.convert_to_numpy(x)
    )
    with keras.StatelessScope():
        gradient, _ = backend.input_gradients(lambda x: (3.0 * layer(x), None), x)
    np.testing.assert_allclose(ops.convert_to_numpy(ops.stop_gradient(gradient)), -6.0)


def test_arguments_are_attributes():
    gan = kgz.WGAN([8, 8, 1], clip=0.02, generator_widths=[4], discriminator_widths=[4])
    assert gan.clip == 0.02
    assert gan.image_shape == gan.get_config()["image_shape"] == (8, 8, 1)
    assert gan.generator_widths == gan.get_config()["generator_widths"] == (4,)
    assert (gan.latent_dim, gan.normalization) == (100, "batch")


def test_signature_tells_the_published_values():
    parameters = inspect.signature(kgz.WGANGP).parameters
    assert list(parameters)[:2] == ["image_shape", "latent_dim"]
    assert parameters["loss"].default == "wasserstein"
    assert parameters["critic_steps"].default == 5
    assert parameters["seed"].kind is inspect.Parameter.KEYWORD_ONLY


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match=r"no `image_shap`. Did you mean `image_shape`"):
        kgz.WGANGP(image_shap=(8, 8, 1))
    with pytest.raises(TypeError, match="`WGAN` takes no `weather`"):
        kgz.WGAN(weather="fine")
    with pytest.raises(TypeError, match="`DCGAN`: multiple values"):
        kgz.DCGAN((8, 8, 1), image_shape=(8, 8, 1))


def test_each_gan_has_its_own_penalties():
    one, other = kgz.WGANGP(**SMALL), kgz.WGANGP(**SMALL)
    one.penalties[0].weight = 3.0
    assert other.penalties[0].weight == kgz.WGANGP(**SMALL).penalties[0].weight == 10.0


def test_given_networks_take_the_place_of_the_declared_ones(tmp_path):
    gan = kgz.WGAN((8, 8, 1), seed=1, **SMALL)
    config = {
        **gan.get_config(),
        "generator": keras.saving.serialize_keras_object(gan.generator),
        "discriminator": keras.saving.serialize_keras_object(gan.discriminator),
    }
    config["generator"]["config"]["layers"][1]["config"]["name"] = "an_older_name"
    old = kgz.WGAN.from_config(config)
    assert old.generator.layers[1].name == "an_older_name"
    assert (old.clip, old.critic_steps) == (0.01, 5)
    old.save(tmp_path / "old.keras")
    again = keras.saving.load_model(tmp_path / "old.keras")
    assert again.generator.layers[1].name == "an_older_name"
    np.testing.assert_array_equal(again.generate(2, seed=0), old.generate(2, seed=0))


@pytest.mark.parametrize("name", ["wgan_gp", "wgan-gp", "WGANGP", "WGAN-GP"])
def test_a_family_is_found_by_any_spelling(name):
    assert kgz.families.find(name) is kgz.WGANGP


def test_an_unknown_family_lists_those_there_are():
    with pytest.raises(ValueError, match=r"dcgan, .*wgan_gp. Received: family='gan3'"):
        kgz.families.find("gan3")


HALF_GAN = '''
"""A family of somebody else's."""
from families.contract import ours, small

import keras_gan_zoo as kgz
from keras_gan_zoo.families.family import Family, Paper, adam

class HalfGAN(Family):
    """Half a GAN."""
    paper = Paper("Half", "Doe, Jane", 2026, "2601.00001")
    method = {"loss": "hinge", "critic_steps": 2}
    optimizers = (adam(1e-3, 0.0), adam(4e-3, 0.0))

    @staticmethod
    def networks(num_units, image_shape=(8, 8, 1)):
        return (
            kgz.networks.dense_generator(image_shape, 4, (num_units,)),
            kgz.networks.dense_discriminator(image_shape, (num_units,)),
        )
'''


@pytest.fixture
def half_gan(tmp_path, monkeypatch):
    (tmp_path / "half_gan.py").write_text(HALF_GAN)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("half_gan")
    yield module.HalfGAN
    del kgz.families.FAMILIES["HalfGAN"], sys.modules["half_gan"]


def test_a_new_family_touches_one_file(half_gan, tmp_path):
    assert kgz.families.FAMILIES["HalfGAN"] is kgz.HalfGAN is half_gan
    assert kgz.families.find("half-gan") is half_gan
    assert half_gan.file_name == "half_gan"
    with pytest.raises(TypeError, match="missing a required argument: 'num_units'"):
        half_gan()
    gan = half_gan(3, seed=0)
    assert (gan.num_units, gan.critic_steps) == (3, 2)
    assert [learning_rate(o) for o in optimizers(gan)] == pytest.approx([1e-3, 4e-3])
    assert keras.saving.get_registered_name(half_gan) == "half_gan>HalfGAN"
    gan.save(tmp_path / "gan.keras")
    assert type(keras.saving.load_model(tmp_path / "gan.keras")) is half_gan


def test_a_family_sets_keywords_of_gan_alone():
    with pytest.raises(TypeError, match=r"must set keywords of `GAN`.*Received: los"):
        type("Bad", (kgz.families.Family,), {"method": {"los": "hinge"}})


def test_two_families_of_one_name():
    with pytest.raises(ValueError, match="has a family of that name"):
        type("DCGAN", (kgz.families.Family,), {"__module__": "elsewhere"})


PUBLISHED = {
    "lsgan": ("LeastSquares", [], 1, (2e-4, 0.5, 0.999)),
    "dragan": ("NonSaturating", [("DRAGAN", 10.0)], 1, (1e-4, 0.5, 0.9)),
    "ragan": ("RelativisticAverage", [], 1, (2e-4, 0.5, 0.999)),
    "cgan": ("NonSaturating", [], 1, (2e-4, 0.5, 0.999)),
    "acgan": ("NonSaturating", [("Classification", 1.0)], 1, (2e-4, 0.5, 0.999)),
    "projection_gan": ("Hinge", [], 5, (2e-4, 0.0, 0.9)),
    "sngan": ("Hinge", [], 5, (2e-4, 0.0, 0.9)),
    "ssgan": ("Hinge", [("Rotations", 1.0)], 5, (2e-4, 0.0, 0.9)),
    "info_max_gan": ("Hinge", [("InfoMax", 0.2)], 5, (2e-4, 0.0, 0.9)),
    "geometric_gan": ("Hinge", [], 1, (2e-4, 0.5, 0.999)),
    "lgan": ("NonSaturating", [("MaxGradientPenalty", 10.0)], 5, (2e-4, 0.0, 0.9)),
    "logan": ("Hinge", [], 5, (2e-4, 0.5, 0.999)),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_settings(name):
    loss, terms, critic_steps, adam = PUBLISHED[name]
    gan = small(kgz.families.find(name), **SETTINGS.get(name, {}))
    assert type(gan.objective).__name__ == loss
    found = [(type(t).__name__, t.weight) for t in (*gan.penalties, *gan.auxiliaries)]
    assert found == terms
    default = inspect.signature(type(gan)).parameters["critic_steps"].default
    assert default == critic_steps
    for optimizer in optimizers(gan):
        found = learning_rate(optimizer), optimizer.beta_1, optimizer.beta_2
        assert found == pytest.approx(adam)
        assert optimizer.epsilon == 1e-8


@pytest.mark.parametrize("family", [kgz.BigGAN, kgz.BigGANDeep])
def test_biggan_is_the_papers(family):
    gan = small(family, num_classes=4)
    assert type(gan.objective).__name__ == "Hinge"
    assert [learning_rate(o) for o in optimizers(gan)] == pytest.approx([5e-5, 2e-4])
    assert all((o.beta_1, o.beta_2) == (0.0, 0.999) for o in optimizers(gan))
    parameters = inspect.signature(family).parameters
    assert parameters["critic_steps"].default == 2
    half_life = parameters["ema_half_life"].default  # 0.9999 in batches of 2048
    assert 0.5 ** (2048 / half_life) == pytest.approx(0.9999, abs=1e-5)
    kernels = [v for v in gan.generator.trainable_variables if "kernel" in v.path]
    assert all(v.regularizer.factor == 1e-4 for v in kernels)
    assert gan.generator.get_layer("embedding").embeddings.regularizer is None
    assert not any(v.regularizer for v in gan.discriminator.trainable_variables)
    plain = small(family, orthogonality=0)
    assert not any(v.regularizer for v in plain.generator.trainable_variables)


SETTINGS = {name: {"num_classes": 4} for name in ("cgan", "acgan", "projection_gan")}


def test_sagan_has_two_time_scales():
    gan = small(kgz.SAGAN)
    assert [learning_rate(o) for o in optimizers(gan)] == pytest.approx([1e-4, 4e-4])
    assert all((o.beta_1, o.beta_2) == (0.0, 0.9) for o in optimizers(gan))
    for network in (gan.generator, gan.discriminator):
        kernels = [
            x
            for x in network.layers
            if isinstance(x, keras.layers.Conv2D | keras.layers.Dense)
        ]
        assert kernels == []  # all are under spectral norm


def test_info_gan_is_the_authors():
    gan = small(kgz.InfoGAN)
    assert [learning_rate(o) for o in optimizers(gan)] == pytest.approx([1e-3, 2e-4])
    assert all(o.beta_1 == 0.5 for o in optimizers(gan))
    assert gan.latents == kgz.Latents(uniform=64, categorical=(10,))
    (information,) = gan.auxiliaries
    assert (information.weight, information.size) == (1.0, 12)
    other = small(
        kgz.InfoGAN,
        latents=kgz.Latents(uniform=5, categorical=(3,)),
        num_codes=4,
        auxiliaries=[kgz.auxiliaries.Information(1, (3,))],
    )
    assert (other.latent_dim, other.num_codes) == (8, 4)
    assert kgz.InfoGAN.from_config(other.get_config()).latents == other.latents


@pytest.mark.parametrize("name", SETTINGS)
def test_conditional_families_ask_for_the_number_of_classes(name):
    with pytest.raises(TypeError, match="missing a required argument: 'num_classes'"):
        kgz.families.find(name)(image_shape=(8, 8, 1))
    assert small(kgz.families.find(name), num_classes=4).num_classes == 4


def test_the_family_dragan_leaves_the_penalty_its_registered_name():
    assert kgz.DRAGAN is kgz.families.find("dragan")
    old = {
        "class_name": "DRAGAN",
        "config": {"weight": 3.0},
        "registered_name": "keras_gan_zoo>DRAGAN",
        "module": None,
    }
    penalty = keras.saving.deserialize_keras_object(old)
    assert isinstance(penalty, kgz.penalties.DRAGAN)
    gan = kgz.MLPGAN(
        (8, 8, 1), generator_widths=(8,), discriminator_widths=(8,), penalties=[old]
    )
    assert gan.penalties[0].weight == 3.0
    registered = keras.saving.get_registered_name(kgz.DRAGAN)
    assert registered == "keras_gan_zoo>DRAGANFamily"
