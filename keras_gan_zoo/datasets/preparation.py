"""What is done to images before a GAN sees them: size, channels, depth, on request.

One class, and longer than other modules: what its arguments mean and refuse is half.
"""

import dataclasses
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from keras_gan_zoo.arguments import is_whole, whole
from keras_gan_zoo.datasets import pillow
from keras_gan_zoo.datasets.memory import empty_images
from keras_gan_zoo.datasets.pillow import CHANNELS
from keras_gan_zoo.images import check_images
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.typing import ImageShape

INTERPOLATIONS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
SHOWN_MODES = {"L": "grey", "LA": "grey with alpha", "RGB": "RGB", "RGBA": "RGBA"}


@dataclasses.dataclass(frozen=True)
class ImagePreparation:
    """Makes one uint8 array of one of Pillow's images, as asked for and not else.

    Without arguments images are only set upright, as their EXIF data say, and nothing
    that would lose or change something is done: it is refused. The names are those of
    `keras.utils.image_dataset_from_directory`.

    Args:
        image_size: int or `(height, width)` of all images; by default their own, which
            must be one.
        crop_to_aspect_ratio: bool: of an image of another aspect ratio, take the
            largest part around the centre that has the right one.
        pad_to_aspect_ratio: bool: show all of such an image, in the middle, on
            `background` or black (transparent, if images have an alpha channel). With
            neither of both it is stretched.
        interpolation: the filter of Pillow that resizes: `"nearest"`, `"box"`,
            `"bilinear"`, `"hamming"`, `"bicubic"` or `"lanczos"`, which all but
            `"nearest"` look at every pixel when images get smaller (antialiasing).
        color_mode: `"grayscale"` (ITU-R 601-2 luma), `"rgb"` or `"rgba"`; by default
            the richest that the images have.
        background: colour onto which transparent pixels are flattened, a name, `"#rgb"`
            or three numbers from 0 to 255. By default an alpha channel is kept, and
            refused where `color_mode` has none.
        scale_16_bit: bool: scale 16 bits a channel down to 8.
        horizontal_flip: bool: take every image twice, as it is and mirrored. A
            `validation_split` of a folder keeps both on one side; one of arrays, which
            do not say what is a mirror image, can't.

    Raises:
        ValueError: a value that is not allowed, or two that contradict each other.

    Example:

    >>> from PIL import Image
    >>> prepare = ImagePreparation(image_size=32, crop_to_aspect_ratio=True)
    >>> prepare(Image.new("RGB", (640, 480))).shape
    (32, 32, 3)
    >>> print(prepare)
    cropped to 32x32 (Pillow's lanczos)
    """

    image_size: Any = None
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    interpolation: str = "lanczos"
    color_mode: str | None = None
    background: Any = None
    scale_16_bit: bool = False
    horizontal_flip: bool = False

    def __post_init__(self) -> None:
        keep = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        keep("image_size", _size(self.image_size))
        keep("background", _color(self.background))
        for name, known in (
            ("interpolation", INTERPOLATIONS),
            ("color_mode", (*COLOR_MODES, None)),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(map(str, known))}. "
                    f"{did_you_mean(str(value), [k for k in known if k])}"
                    f"Received: {name}={value!r}"
                )
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.type is bool and not isinstance(value, bool):
                raise ValueError(
                    f"`{field.name}` must be True or False. "
                    f"Received: {field.name}={value!r}"
                )
        ways = [
            name
            for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
            if getattr(self, name)
        ]
        if len(ways) == 2 or (ways and self.image_size is None):
            raise ValueError(
                "Images of another aspect ratio are cropped or padded to an "
                "`image_size`: pass it and one of both. "
                f"Received: image_size={self.image_size}, {' and '.join(ways)}"
            )
        if self.color_mode == "rgba" and self.background is not None:
            raise ValueError(
                "An image on a `background` is opaque: pass color_mode='rgb', or no "
                f"background. Received: color_mode='rgba', background={self.background}"
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }

    def facts(self) -> dict[str, Any] | None:
        """What reports say: the arguments and Pillow's version; None without any."""
        from PIL import __version__

        return {**self.get_config(), "pillow": __version__} if self else None

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The preparation with these arguments, of which any may be missing.

        Raises:
            ValueError: an argument that there is not, or a wrong value.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        for name in config:
            if name not in known:
                raise ValueError(
                    f"There is no way to prepare images called `{name}`. "
                    f"{did_you_mean(str(name), known, '`')}Known: {', '.join(known)}. "
                    f"Received: {name}={config[name]!r:.100}"
                )
        return cls(**config)

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != type(self)()

    def __str__(self) -> str:
        done = []
        if self.image_size is not None:
            verb = "resized to"
            if self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
                verb = "cropped to" if self.crop_to_aspect_ratio else "padded to"
            size = "x".join(map(str, self.image_size))
            done.append(f"{verb} {size} (Pillow's {self.interpolation})")
        if self.color_mode:
            done.append(f"color mode {self.color_mode}")
        if self.background is not None:
            done.append("background #" + bytes(self.background).hex())
        if self.scale_16_bit:
            done.append("16 bits scaled to 8")
        if self.horizontal_flip:
            done.append("each also mirrored")
        return ", ".join(done) or "as they are"

    def own_mode(self, image: Any) -> str | None:
        """The channels of one of Pillow's images, see `keras_gan_zoo.datasets.pillow`.

        A single colour that stands for transparency is one, if alpha is asked about.
        """
        mode = pillow.mode_of(image)
        asked = self.background is not None or self.color_mode == "rgba"
        if asked and mode in ("L", "RGB") and "transparency" in image.info:
            return f"{mode}A"
        return mode

    def mode_for(self, mode: str) -> str | None:
        """The channels of a prepared image that had `mode`; None if it is refused.

        Args:
            mode: `"L"`, `"LA"`, `"RGB"` or `"RGBA"`.
        """
        if self.background is not None and mode.endswith("A"):
            grey = mode == "LA" and len(set(self.background)) == 1
            mode = "L" if grey else "RGB"
        if self.color_mode is None:
            return mode
        if mode.endswith("A") and self.color_mode != "rgba":
            return None
        return COLOR_MODES[self.color_mode]

    def how_sized(self, size: tuple[int, int]) -> str | None:
        """What is done to an image of `size`, `(width, height)`; None if nothing is."""
        if self.image_size is None or size == self.image_size[::-1]:
            return None
        (height, width), (own_width, own_height) = self.image_size, size
        wide = own_width * height - own_height * width  # 0 at the same aspect ratio
        if abs(wide) >= max(own_width, own_height):  # by a pixel or more
            if self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
                return "cropped" if self.crop_to_aspect_ratio else "padded"
            return "stretched"
        return "enlarged" if own_width < width or own_height < height else "reduced"

    def __call__(
        self, image: Any, mode: str | None = None, mirrored: bool = False
    ) -> np.ndarray:
        """One image as an array.

        Args:
            image: one of Pillow's images.
            mode: the channels, if they are to be those of other images: `"L"`, `"LA"`,
                `"RGB"` or `"RGBA"`.
            mirrored: bool: whether left and right change places.

        Returns:
            uint8 `(height, width, channels)`.

        Raises:
            ValueError: an image that is only taken on request.
        """
        own = self.own_mode(image)
        fitting = None if own is None else self.mode_for(own)
        is_deep = pillow.is_deep(image)
        if own is None or fitting is None or (is_deep and not self.scale_16_bit):
            raise ValueError(
                "An image must be grey or RGB, with 8 bits a channel; 16 are scaled by "
                "`scale_16_bit=True`, and an alpha channel is flattened by a "
                f"`background`. Received: Pillow's mode {image.mode!r}"
                + (" of 16 bits" if is_deep else "")
            )
        image = pillow.upright(image)
        if is_deep:
            image = pillow.eight_bits(image)
        if self.background is not None and own.endswith("A"):
            image = _flat(image.convert("RGBA"), self.background)
        image = self._sized(image.convert(mode or fitting))
        pixels = np.asarray(image).reshape(image.height, image.width, -1)
        return pixels[:, ::-1] if mirrored else pixels

    def _sized(self, image):
        from PIL import Image, ImageOps

        if self.image_size is None or image.size == self.image_size[::-1]:
            return image
        size = self.image_size[::-1]
        method = Image.Resampling[self.interpolation.upper()]
        if self.crop_to_aspect_ratio:
            return ImageOps.fit(image, size, method)
        if not self.pad_to_aspect_ratio:
            return image.resize(size, method)
        scale = min(size[0] / image.width, size[1] / image.height)
        inner = tuple(max(1, round(scale * side)) for side in image.size)
        sheet = Image.new(image.mode, size)
        if not image.mode.endswith("A") and self.background is not None:
            sheet = Image.new("RGB", size, self.background).convert(image.mode)
        at = ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2)
        sheet.paste(image.resize(inner, method), at)
        return sheet

    def arrays(
        self, images: np.ndarray, labels: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Prepare images that are arrays.

        Args:
            images: uint8 `(n, height, width, channels)` or `(n, height, width)`.
            labels: `(n,)` or None.

        Returns:
            `(images, labels)`; mirrored images follow behind all others.
        """
        from PIL import Image

        if not self:
            return images, labels
        images = check_images(images, value_range=(0, 255))
        if images.dtype != np.uint8:
            raise ValueError(
                "Images are prepared as uint8. Convert them first, for example with "
                "`keras_gan_zoo.images.uint8_images`. Received: float images of shape "
                f"{images.shape}"
            )
        if images.shape[-1] == 1:
            images = images[..., 0]
        count, first = len(images), self(Image.fromarray(images[0]))
        prepared = empty_images(count << self.horizontal_flip, first.shape)
        for place, image in zip(prepared[:count], images, strict=True):
            place[:] = self(Image.fromarray(image))
        if self.horizontal_flip:
            prepared[count:] = prepared[:count, :, ::-1]
            labels = None if labels is None else np.concatenate([labels, labels])
        return prepared, labels

    def shape_of(self, shape: ImageShape) -> ImageShape:
        """The `(height, width, channels)` of prepared images of a shape."""
        if len(shape) != 3 or shape[-1] not in CHANNELS.values():
            raise ValueError(
                "Images that are prepared must have a shape (height, width, channels) "
                f"with 1 to 4 channels. Received: {shape}"
            )
        height, width, channels = shape
        mode = next(mode for mode, count in CHANNELS.items() if count == channels)
        if self.image_size is not None:
            height, width = self.image_size
        return height, width, CHANNELS[self.mode_for(mode) or mode]


def preparation_of(
    given: ImagePreparation | Mapping[str, Any] | None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> ImagePreparation:
    """A preparation that is given, or the one of its arguments."""
    if given is not None and options:
        raise ValueError(
            "Pass `preparation` or its arguments, not both. Received: "
            f"preparation={given}, {', '.join(options)}"
        )
    if isinstance(given, ImagePreparation):
        return given
    return ImagePreparation.from_config(options if given is None else given)


def richest(modes: Collection[str]) -> str:
    """The channels among `modes` that hold all of them."""
    return max(modes, key=CHANNELS.__getitem__)


def _flat(image, background):
    """An RGBA image on a background, RGB."""
    from PIL import Image

    sheet = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(sheet, image).convert("RGB")


def _size(size):
    if size is None:
        return None
    found = whole((size, size) if is_whole(size) else size, 1)
    if found is None or len(found) != 2:
        raise ValueError(
            "`image_size` must be the side of a square or (height, width), in pixels. "
            f"Received: image_size={size!r:.100}"
        )
    return found


def _color(color):
    if color is None:
        return None
    from PIL import ImageColor

    try:
        if isinstance(color, str):
            red, green, blue = ImageColor.getrgb(color)
        else:
            red, green, blue = (int(part) for part in color)
        bytes((red, green, blue))
    except (TypeError, ValueError):
        raise ValueError(
            '`background` must be a colour: a name such as "white", "#ffffff", or '
            f"three numbers from 0 to 255. Received: background={color!r:.100}"
        ) from None
    return red, green, blue
