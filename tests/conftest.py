import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras.src.backend.common.global_state import (
    get_global_attribute,
    set_global_attribute,
)
from scope import ONCE

import keras_gan_zoo as kgz

#: What has no backend in it, and tests marked `once`, such as of the graphs that Keras
#: builds of layers: tried on torch alone, unless all is asked for.
SAME_EVERYWHERE = """
benchmarks/steps/test_translation.py benchmarks/test_conversion.py
benchmarks/test_objectives.py benchmarks/test_stacked_mnist.py
benchmarks/test_train_step.py callbacks/stability/test_real_sample.py
callbacks/stability/test_samples.py
callbacks/stability/test_series.py callbacks/test_score.py cards cli/test_app.py
cli/test_cli_publishing.py cli/test_commands.py cli/test_demo_command.py
cli/test_errors.py
cli/test_leaderboard_command.py cli/test_reference_command.py
cli/test_report_command.py cli/test_sample_files.py
cli/test_sample_labels.py cli/test_score_command.py cli/test_train_options.py
cli/test_verify_command.py
datasets/test_array_files.py datasets/test_catalogue.py datasets/test_folders.py
datasets/test_gathering.py datasets/test_hub_datasets.py datasets/test_image_files.py
datasets/test_image_folder.py datasets/test_lazy_images.py datasets/test_memory.py
datasets/test_metadata.py datasets/test_names.py datasets/test_preparation.py
datasets/test_progress.py
datasets/test_readers.py datasets/test_splits.py datasets/test_stores.py
datasets/test_tree.py demos families/test_document.py leaderboard metrics
presets/test_client.py presets/test_files.py presets/test_index.py
presets/test_layers.py presets/test_malformed.py presets/test_publishing.py
presets/test_readme.py presets/test_source.py recipes runs
scoring/extractors/test_registry.py scoring/test_folders_of_images.py
scoring/test_labels.py scoring/test_repetition.py test_annotations.py
test_compatibility.py test_docstrings.py test_images.py test_machine.py
training/test_monitoring.py
weight_files zoo
"""
if not ONCE:
    collect_ignore = SAME_EVERYWHERE.split()


def pytest_collection_modifyitems(config, items):
    once = [item for item in items if item.get_closest_marker("once")]
    if once and not ONCE:
        config.hook.pytest_deselected(items=once)
        items[:] = [item for item in items if item not in set(once)]


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _nothing_waits_to_be_drawn():
    """Variables that a test leaves without values would be drawn in a later one.

    Keras keeps them in thread-local state until the next scope ends; on JAX that can be
    inside of a traced step.
    """
    yield
    waiting = get_global_attribute("uninitialized_variables") or []
    set_global_attribute("uninitialized_variables", [])
    names = [variable.path for variable in waiting]
    assert not names, f"Build networks without weights in another thread: {names[:3]}"


@pytest.fixture
def digits():
    """64 real digits, uint8 (64, 28, 28, 1)."""
    return kgz.datasets.load("digits", "test[:64]")[0]


@pytest.fixture
def tiny_gan():
    """Builds a compiled GAN of two small dense networks for 8x8 grey images."""

    def build(channels=1, compiled=True, **kwargs):
        if kwargs.get("seed", 0) is not None:
            keras.utils.set_random_seed(0)
        shape = (8, 8, channels)
        gan = kgz.GAN(
            kgz.networks.dense_generator(shape, latent_dim=4, widths=(16,)),
            kgz.networks.dense_discriminator(shape, widths=(16,), dropout=0.2),
            **{"seed": 3, **kwargs},
        )
        if compiled:
            gan.compile()
        return gan

    return build


@pytest.fixture
def noise():
    """Random uint8 images (n, 8, 8, channels)."""

    def make(n=40, channels=1):
        shape = (n, 8, 8, channels)
        return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")

    return make


@pytest.fixture
def conditional_gan():
    """Builds a compiled GAN of ants, bees and cats on small grey images."""

    def build(shape=(8, 8, 1), names=("ant", "bee", "cat"), **kwargs):
        layers, size = keras.layers, int(np.prod(shape))
        latents = keras.Input((4,), name="latents")
        labels = keras.Input((), dtype="int32", name="labels")

        def with_labels(x):
            return layers.Concatenate()([x, layers.Embedding(len(names), 4)(labels)])

        x = layers.Dense(16, activation="relu")(with_labels(latents))
        x = layers.Dense(size, activation="tanh")(x)
        generator = keras.Model(
            {"latents": latents, "labels": labels}, layers.Reshape(shape)(x)
        )
        images = keras.Input(shape, name="images")
        x = layers.Dense(8, activation="relu")(with_labels(layers.Flatten()(images)))
        discriminator = keras.Model(
            {"images": images, "labels": labels}, layers.Dense(1)(x)
        )
        settings = {"num_classes": len(names), "label_names": names, "seed": 3}
        gan = kgz.GAN(generator, discriminator, **{**settings, **kwargs})
        gan.compile()
        return gan

    return build
