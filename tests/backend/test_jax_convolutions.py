"""Convolutions in another form give the same numbers."""

import re

import keras
import numpy as np
import pytest

if keras.config.backend() != "jax":
    pytest.skip("JAX's own convolutions", allow_module_level=True)

import jax
from jax import lax
from jax import numpy as jnp

import keras_gan_zoo as kgz
from keras_gan_zoo.backend.jax_convolutions import fast_convolutions, rewritten

LAST = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC")}


def arrays(*shapes):
    draw = np.random.default_rng(0)
    return [draw.normal(size=shape).astype("float32") for shape in shapes]


def convolution(stride=1, padding="SAME", dilation=1, order=LAST[2], groups=1):
    rank = len(order[0]) - 2
    return lambda x, kernel: lax.conv_general_dilated(
        x,
        kernel,
        (stride,) * rank,
        padding,
        rhs_dilation=(dilation,) * rank,
        dimension_numbers=order,
        feature_group_count=groups,
    )


def transposed(stride=2, padding="SAME"):
    return lambda x, kernel: lax.conv_transpose(
        x, kernel, (stride, stride), padding, dimension_numbers=LAST[2]
    )


def penalty(fn):
    """The gradients of a squared gradient by the image."""

    def squared(x, kernel):
        slopes = jax.grad(lambda x: (fn(x, kernel) ** 2).sum())(x)
        return (slopes**2).sum()

    return jax.grad(squared, argnums=(0, 1))


def gradients(fn):
    return jax.grad(lambda x, kernel: (fn(x, kernel) ** 2).sum(), argnums=(0, 1))


IMAGE, KERNEL = (2, 9, 8, 3), (3, 3, 3, 4)
CASES = {
    "1x1": (convolution(), (IMAGE, (1, 1, 3, 4))),
    "3x3": (convolution(), (IMAGE, KERNEL)),
    "3x3, valid": (convolution(padding="VALID"), (IMAGE, KERNEL)),
    "4x4, stride 2": (convolution(2), (IMAGE, (4, 4, 3, 4))),
    "5x5, stride 2, valid": (convolution(2, "VALID"), (IMAGE, (5, 5, 3, 4))),
    "dilated": (convolution(dilation=2), (IMAGE, KERNEL)),
    "transposed 3x3": (transposed(1, "VALID"), ((2, 4, 5, 3), KERNEL)),
    "transposed 4x4, stride 2": (transposed(), ((2, 4, 5, 3), (4, 4, 3, 4))),
    "transposed 5x5, stride 2": (transposed(), ((2, 4, 5, 3), (5, 5, 3, 4))),
    "transposed 2x2, stride 3": (transposed(3, "VALID"), ((2, 4, 5, 3), (2, 2, 3, 4))),
    "kernel larger than the image": (
        convolution(2, [(4, 5), (3, 6)], 2),
        ((2, 3, 4, 3), (5, 4, 3, 4)),
    ),
    "groups": (convolution(groups=3), (IMAGE, (3, 3, 1, 6))),
    "channels first": (
        convolution(2, order=("NCHW", "OIHW", "NCHW")),
        ((2, 3, 9, 8), (4, 3, 3, 3)),
    ),
    "one axis": (convolution(2, order=LAST[1]), ((2, 9, 3), (3, 3, 4))),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_numbers(case):
    """Of the convolution, its gradients, and those of a penalty on a gradient."""
    fn, shapes = CASES[case]
    x, kernel = arrays(*shapes)

    def everything(x, kernel):
        return fn(x, kernel), gradients(fn)(x, kernel), penalty(fn)(x, kernel)

    expected = jax.jit(everything)(x, kernel)
    found = jax.jit(fast_convolutions(everything))(x, kernel)
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for one, other in zip(*map(jax.tree.leaves, (found, expected)), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * np.abs(other).max())


def in_a_branch(fn):
    def run(x, kernel):
        skip = jax.tree.map(jnp.zeros_like, (x, kernel))
        return lax.cond(x.sum() < 1e9, fn, lambda *_: skip, x, kernel)

    return run


def in_a_loop(fn):
    return lambda x, kernel: lax.fori_loop(0, 2, lambda _, pair: fn(*pair), (x, kernel))


def in_a_function(fn):
    return jax.jit(fn)


def slow(fn, *arrays):
    """The convolutions in a compiled function that no library takes."""
    text = jax.jit(fn).lower(*arrays).compile().as_text()
    lines = [line for line in text.splitlines() if " convolution(" in line]
    assert lines
    fast = re.compile(r"^(?!.*reversal).*dim_labels=b01f_01io->b01f")
    return [line for line in lines if not fast.match(line)]


@pytest.mark.parametrize("where", [in_a_branch, in_a_loop, in_a_function])
def test_all_convolutions_are_fast(where):
    """Those of lazy penalties are in a branch."""
    fn = where(gradients(transposed()))
    x, kernel = arrays((2, 4, 5, 3), (5, 5, 3, 3))
    assert slow(fn, x, kernel)
    assert not slow(fast_convolutions(fn), x, kernel)
    expected = jax.tree.leaves(jax.jit(fn)(x, kernel))
    found = jax.tree.leaves(jax.jit(fast_convolutions(fn))(x, kernel))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * np.abs(other).max())


def test_what_is_fast_stays():
    """The same jaxpr, and in it the same jaxprs of functions that are called twice."""
    fn = jax.jit(convolution())
    x, kernel = arrays(IMAGE, (3, 3, 3, 3))
    traced = jax.make_jaxpr(lambda x, kernel: fn(fn(x, kernel), kernel))(x, kernel)
    assert rewritten(traced) is traced


def test_eager_code_sees_numbers():
    assert fast_convolutions(float)(np.float32(2)) == 2


def test_a_step_has_fast_ones():
    """In DCGAN's are gradients of transposed convolutions."""
    gan = kgz.DCGAN(
        image_shape=(8, 8, 1), generator_widths=(4, 4), discriminator_widths=(4,)
    )
    gan.compile()
    groups = (
        gan.trainable_variables,
        gan.non_trainable_variables,
        gan.optimizer.variables,
        gan.metrics_variables,
    )
    state = tuple([v.value for v in group] for group in groups)
    images = np.zeros((4, 8, 8, 1), "uint8")
    traced = jax.make_jaxpr(gan.train_step)(state, (images,))
    assert "conv_general_dilated" in str(traced)
    assert rewritten(traced) is traced
