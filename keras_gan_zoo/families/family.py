"""The base class of families, and the registry of all of them."""

import copy
import inspect
import re
from types import NoneType, UnionType
from typing import Any, Self, get_args

import keras

from keras_gan_zoo.arguments import check_count, check_real
from keras_gan_zoo.configs import native
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.networks import policies
from keras_gan_zoo.networks.shapes import check_widths
from keras_gan_zoo.optimizers import ScheduledAdam
from keras_gan_zoo.paper import Paper
from keras_gan_zoo.schedules import Weight, weight_config
from keras_gan_zoo.typing import ImageShape

__all__ = ["FAMILIES", "Family", "Paper", "adam", "find", "rmsprop", "scheduled_adam"]

#: All families, this package's and yours: class name -> class.
FAMILIES: dict[str, type["Family"]] = {}


SHARES = ("dropout", "style_mixing")  # of families, from 0 to 1


class Family(GAN):
    """A published GAN, declared once: its networks, its method, its optimizers.

    A subclass sets the four attributes below. The constructor and its signature, the
    configuration, the registration with Keras and the name on the command line follow
    from them; `docs/add-a-family.md` walks through an example.

    - `paper`: a `Paper`.
    - `networks(image_shape, ...)`: a static method that returns a generator and a
      discriminator. Its arguments are the constructor's first ones.
    - `method`: dict, the published values of `GAN`'s keywords, such as `loss`. Every
      instance gets its own copies of the penalties and layers in it.
    - `optimizers`: what `adam` or `rmsprop` returns, for both networks, or a pair of
      these, for the generator and the discriminator.

    Every constructor argument is an attribute. A `generator` and a `discriminator`
    passed as keywords replace those that `networks` would build, and
    `discriminator=False` leaves that one out, for a GAN that is not trained; the
    configuration has
    both, so that stored networks are restored as they were, frozen layers and dtypes
    included, even if the code that built them has changed. `dtype` is the policy that
    `networks` builds with.
    """

    paper = GAN.paper
    method: dict[str, Any] = {}
    optimizers: Any = None
    file_name: Any = None  #: its name on the command line and in recipes: "wgan_gp"

    @staticmethod
    def earlier_sizes(config: dict[str, Any]) -> dict[str, Any]:
        """Sizes for a configuration without networks, as version 0.1 saved it."""
        return {}

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
    ) -> tuple[keras.Model, keras.Model]:
        raise NotImplementedError("A family must define `networks`.")

    def __init_subclass__(
        cls, registered_name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        other = FAMILIES.get(cls.__name__)
        if other is not None and other.__module__ != cls.__module__:
            raise ValueError(
                f"`{other.__module__}` has a family of that name: give yours another "
                f"name. Received: class {cls.__name__} in `{cls.__module__}`"
            )
        cls.file_name = _file_name(cls)
        cls._declared = _signature(cls)
        if cls.__init__ is Family.__init__:
            cls.__signature__ = cls._declared
        keras.saving.register_keras_serializable(
            cls.__module__.split(".")[0], registered_name or cls.__name__
        )(cls)
        FAMILIES[cls.__name__] = cls

    def __init__(
        self,
        *args: Any,
        generator: keras.Model | None = None,
        discriminator: keras.Model | bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = _bind(type(self), args, kwargs)
        sizes = {
            name: _check(parameter, _read(given[name]))
            for name, parameter in inspect.signature(self.networks).parameters.items()
        }
        given |= sizes
        if generator is None or discriminator is None:
            with policies.built_with(given.get("dtype")):
                made = type(self).networks(**sizes)
            generator = generator or made[0]
            discriminator = made[1] if discriminator is None else discriminator
        keywords = _keywords()
        super().__init__(
            generator,
            discriminator or None,
            **{k: v for k, v in given.items() if k in keywords or k not in sizes},
        )
        self._sizes = {k: v for k, v in sizes.items() if k not in keywords}
        for name, value in self._sizes.items():
            if not hasattr(type(self), name):  # `latent_dim`: the networks know
                setattr(self, name, value)

    def default_optimizers(
        self,
    ) -> tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]:
        if self.optimizers is None:
            return super().default_optimizers()
        pair = self.optimizer_configs()
        return tuple(keras.optimizers.deserialize(config) for config in pair)

    @classmethod
    def optimizer_configs(cls) -> tuple[dict[str, Any], dict[str, Any]]:
        """The generator's and the discriminator's, as `optimizers` declares them."""
        declared = cls.optimizers or adam(2e-4, 0.5)  # as `GAN` has them
        pair = (declared, declared) if isinstance(declared, dict) else declared
        # Copies, because Keras modifies the configs that it reads ("Adam" -> "adam").
        return copy.deepcopy(pair[0]), copy.deepcopy(pair[1])

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        if "discriminator" not in config:
            config = {**config, **cls.earlier_sizes(config)}
        elif config["discriminator"] is None:
            config = {**config, "discriminator": False}
        return super().from_config(config, custom_objects)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._sizes}


def adam(learning_rate: Any, beta_1: float, beta_2: float = 0.999) -> dict[str, Any]:
    """The configuration of Adam with torch's epsilon, as in the papers' code.

    The learning rate is a number, or the configuration of a Keras schedule.
    """
    return {
        "class_name": "Adam",
        "config": {
            "learning_rate": learning_rate,
            "beta_1": beta_1,
            "beta_2": beta_2,
            "epsilon": 1e-8,
        },
    }


def scheduled_adam(
    learning_rate: Weight, beta_1: Weight, beta_2: Weight
) -> dict[str, Any]:
    """The configuration of `ScheduledAdam`, whose arguments may be schedules."""
    settings = {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}
    return {
        "module": ScheduledAdam.__module__,
        "class_name": "ScheduledAdam",
        "registered_name": keras.saving.get_registered_name(ScheduledAdam),
        "config": {name: weight_config(value) for name, value in settings.items()},
    }


def rmsprop(learning_rate: Any) -> dict[str, Any]:
    """The configuration of RMSprop with torch's decay and epsilon.

    Torch divides by sqrt(v) + 1e-8, Keras by sqrt(v + epsilon): of its epsilon the root
    is taken too, so torch's is 1e-16 there. With 1e-8 the step of a gradient below 1e-4
    would be all but lost. The learning rate is as in `adam`.
    """
    return {
        "class_name": "RMSprop",
        "config": {"learning_rate": learning_rate, "rho": 0.99, "epsilon": 1e-16},
    }


def find(name: str) -> type[Family]:
    """Find a family by its name, in any spelling.

    Args:
        name: str, the name of the file or the class, in any case, with or without "-"
            and "_": `"wgan_gp"`, `"WGAN-GP"`, `"WGANGP"`.

    Returns:
        A subclass of `Family`.

    Raises:
        ValueError: there is no such family.

    Example:

    >>> find("wgan-gp").__name__
    'WGANGP'
    """
    for family in FAMILIES.values():
        if _plain(str(name)) in (_plain(family.__name__), _plain(family.file_name)):
            return family
    known = sorted(family.file_name for family in FAMILIES.values())
    raise ValueError(
        f"{did_you_mean(name, known)}`family` must be one of {', '.join(known)}. "
        f"Received: family={name!r}"
    )


def configuration(name: str, known: dict[str, Any]) -> Any:
    """The one of a family's published configurations that has this name.

    Raises:
        ValueError: there is no such configuration.
    """
    if name not in known:
        raise ValueError(
            f"{did_you_mean(name, known)}`name` must be one of {', '.join(known)}. "
            f"Received: name={name!r}"
        )
    return known[name]


def _plain(name):
    return re.sub("[-_ ]", "", name).lower()


def _file_name(cls):
    """The module's name if it matches the class's, or else the latter in snake case."""
    module = cls.__module__.split(".")[-1]
    if _plain(module) == _plain(cls.__name__):
        return module
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


def _keywords():
    """`GAN`'s keyword-only parameters, name -> parameter."""
    parameters = inspect.signature(GAN.__init__).parameters.values()
    return {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY}


def _signature(cls):
    """The arguments of `networks`, then `GAN`'s with the method's defaults."""
    keywords = _keywords()
    unknown = sorted(set(cls.method) - set(keywords))
    if unknown:
        raise TypeError(
            f"`{cls.__name__}.method` must set keywords of `GAN`: "
            f"{', '.join(keywords)}. Received: {', '.join(unknown)}"
        )
    sizes = inspect.signature(cls.networks).parameters
    rest = [
        p.replace(default=cls.method.get(name, p.default))
        for name, p in keywords.items()
        if name not in sizes
    ]
    return inspect.Signature([*sizes.values(), *rest])


def _bind(cls, args, kwargs):
    """All arguments of a constructor call by name, with copies of the method's."""
    signature = cls._declared
    names = list(signature.parameters)
    for name in kwargs:
        if name not in names:
            raise TypeError(
                f"`{cls.__name__}` takes no `{name}`. "
                f"{did_you_mean(name, names, '`')}Its arguments are "
                f"{', '.join(names)}. Received: {name}={kwargs[name]!r}"
            )
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise TypeError(f"`{cls.__name__}`: {error}") from None
    defaults = {
        name: _copy(signature.parameters[name].default)
        for name in names
        if name not in bound
    }
    return {**defaults, **bound}


def _copy(value):
    """A copy of a default, because penalties and layers have state."""
    if isinstance(value, (tuple, list)):
        return type(value)(_copy(item) for item in value)
    if hasattr(value, "get_config") and hasattr(value, "from_config"):
        return type(value).from_config(value.get_config())
    return value


def _check(parameter, value):
    """A size, under the name that its user gave it."""
    kind, optional = _kind(parameter.annotation)
    if value is None and (optional or parameter.default is None):
        return None
    name = parameter.name
    if name.endswith("_widths"):
        check_widths(name, value)
    if kind is int:
        least = {"num_classes": 2}.get(name, 0 if name.endswith("_layers") else 1)
        check_count(name, value, least)
    if kind is float:
        check_real(name, value, least=0, most=1 if name in SHARES else None)
    if kind is bool and not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    return value


def _kind(annotation):
    """What an annotation asks for, if it is one thing, and whether None will do."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else [annotation]
    given = [kind for kind in kinds if kind is not NoneType]
    return given[0] if len(given) == 1 else None, len(given) < len(kinds)


def _read(value):
    """An argument in Python's numbers, whether it comes from a call or from JSON."""
    value = native(value)
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    if isinstance(value, (list, tuple)):
        return tuple(_read(item) for item in value)
    return value
