"""What samples are compared with: real images and their moments, and the cache."""

from keras_gan_zoo.scoring.references.cache import (
    bundled_path,
    bundled_reference,
    cache_entries,
)
from keras_gan_zoo.scoring.references.loading import (
    compute_reference,
    dataset_of,
    load_reference,
    title_of,
)
from keras_gan_zoo.scoring.references.reference import Reference
from keras_gan_zoo.scoring.references.statistics import (
    export_statistics,
    read_statistics,
    write_statistics,
)

__all__ = [
    "Reference",
    "bundled_path",
    "bundled_reference",
    "cache_entries",
    "compute_reference",
    "dataset_of",
    "export_statistics",
    "load_reference",
    "read_statistics",
    "title_of",
    "write_statistics",
]
