"""Convolutions that XLA is slow at on a CPU, in a form that it is fast at.

XLA hands a convolution to a library if images and kernel are channels last and the
kernel is the smaller of the two. In a gradient by the kernel it is the larger one where
the convolution was transposed, or a gradient itself, as under a penalty. XLA then swaps
the two into a form that no library takes, and works it out number by number. In a
`cond` or a loop it does not even reorder axes.
"""

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, jaxpr_as_fun
from jax.extend.core.primitives import cond_p, conv_general_dilated_p, scan_p, while_p


def fast_convolutions(fn: Callable) -> Callable:
    """`fn`, of arrays in trees, with the convolutions in it fast on a CPU.

    What it computes is rewritten as a whole, gradients included, so that this holds for
    any network and any penalty. The results are the same but for rounding. Outside of
    `jax.jit` it is left as it is, so that `run_eagerly` shows numbers.
    """
    if jax.default_backend() != "cpu":
        return fn

    @functools.wraps(fn)
    def fast(*args: Any) -> Any:
        leaves = jax.tree.leaves(args)
        if not any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return fn(*args)
        traced, shapes = jax.make_jaxpr(fn, return_shape=True)(*args)
        found = jaxpr_as_fun(rewritten(traced))(*leaves)
        return jax.tree.unflatten(jax.tree.structure(shapes), found)

    return fast


def rewritten(value: Any, inside: bool = False) -> Any:
    """A jaxpr, or any parameter of an equation, with fast convolutions.

    What needs no change is returned itself: JAX compiles one jaxpr once. `inside` says
    whether it is part of a `cond` or a loop.
    """
    if isinstance(value, ClosedJaxpr):
        jaxpr = rewritten(value.jaxpr, inside)
        return value if jaxpr is value.jaxpr else value.replace(jaxpr=jaxpr)
    if isinstance(value, Jaxpr):
        equations = [_equation(equation, inside) for equation in value.eqns]
        same = all(map(operator.is_, equations, value.eqns))
        return value if same else value.replace(eqns=equations)
    if type(value) is tuple:  # such as the branches of a `cond`
        parts = tuple(rewritten(part, inside) for part in value)
        return value if all(map(operator.is_, parts, value)) else parts
    return value


def _equation(equation: JaxprEqn, inside: bool) -> JaxprEqn:
    if equation.primitive is conv_general_dilated_p:
        return _convolution(equation, inside)
    inside = inside or equation.primitive in (cond_p, scan_p, while_p)
    params = {name: rewritten(value, inside) for name, value in equation.params.items()}
    same = all(map(operator.is_, params.values(), equation.params.values()))
    return equation if same else equation.replace(params=params)


def _convolution(equation: JaxprEqn, inside: bool) -> JaxprEqn:
    """The convolution, or a call of what is faster."""
    operands = [operand.aval for operand in equation.invars]
    if not _is_slow(*operands, inside=inside, **equation.params):
        return equation
    fast = functools.partial(_fast, **equation.params)
    (call,) = jax.make_jaxpr(jax.jit(fast))(*operands).eqns
    return equation.replace(primitive=call.primitive, params=call.params)


def _is_slow(
    images,
    kernel,
    *,
    inside,
    dimension_numbers,
    feature_group_count,
    batch_group_count,
    **_,
):
    """Whether no library takes it; one of groups is left as it is."""
    if feature_group_count > 1 or batch_group_count > 1:
        return False
    orders = _channels_last(dimension_numbers)
    if inside and any(list(order) != sorted(order) for order in orders):
        return True
    sizes = [
        math.prod(operand.shape[axis] for axis in axes[2:])
        for operand, axes in zip((images, kernel), dimension_numbers, strict=False)
    ]
    return sizes[1] > sizes[0]


def _channels_last(dimension_numbers):
    """The axes of images, of the kernel and of the output in the order of libraries."""
    images, kernel, output = dimension_numbers
    return (
        (images[0], *images[2:], images[1]),
        (*kernel[2:], kernel[1], kernel[0]),
        (output[0], *output[2:], output[1]),
    )


def _fast(
    images,
    kernel,
    *,
    window_strides,
    padding,
    lhs_dilation,
    rhs_dilation,
    dimension_numbers,
    precision,
    preferred_element_type,
    **_,
):
    """`lax.conv_general_dilated`, channels last and the smaller operand the kernel."""
    of_images, of_kernel, of_output = _channels_last(dimension_numbers)
    images, kernel = images.transpose(of_images), kernel.transpose(of_kernel)
    sizes = images.shape[1:-1], kernel.shape[:-2]
    dilations = lhs_dilation, rhs_dilation
    swapped = math.prod(sizes[1]) > math.prod(sizes[0])
    if swapped:  # the former images are slid over the former kernel
        axes = zip(*sizes, *dilations, window_strides, padding, strict=True)
        padding = [_swapped_padding(*axis) for axis in axes]
        images, kernel = jnp.moveaxis(kernel, -1, 0), jnp.moveaxis(images, 0, -1)
        dilations = dilations[::-1]
    channels = images.ndim - 1
    image_axes = (0, channels, *range(1, channels))
    kernel_axes = (channels, channels - 1, *range(channels - 1))
    output = lax.conv_general_dilated(
        images,
        kernel,
        window_strides,
        padding,
        *dilations,
        lax.ConvDimensionNumbers(image_axes, kernel_axes, image_axes),
        precision=precision,
        preferred_element_type=preferred_element_type,
    )
    if swapped:  # from the other end, and their batch are filters
        output = lax.rev(output, range(1, channels)).swapaxes(0, -1)
    return output.transpose(np.argsort(of_output))


def _swapped_padding(image, kernel, image_dilation, kernel_dilation, stride, padding):
    """Along one axis, what makes the output as long when the two are swapped."""
    image, kernel = 1 + (image - 1) * image_dilation, 1 + (kernel - 1) * kernel_dilation
    reach = (image + sum(padding) - kernel) // stride * stride
    low = reach - padding[0]
    return low, reach + image - kernel - low
