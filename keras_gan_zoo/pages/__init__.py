"""HTML pages that are one file each and ask for nothing: templates, style, pictures."""

from keras_gan_zoo.pages.pictures import data_address, read_picture, scaled, webp
from keras_gan_zoo.pages.templates import policy, template, text_of

__all__ = [
    "data_address",
    "policy",
    "read_picture",
    "scaled",
    "template",
    "text_of",
    "webp",
]
