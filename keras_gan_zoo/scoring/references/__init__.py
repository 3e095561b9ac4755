"""What samples are compared with: real images, their moments and the cache."""

from keras_gan_zoo.scoring.references.reference import (
    Reference,
    bundled_path,
    bundled_reference,
    cache_entries,
    compute_reference,
    dataset_of,
    export_statistics,
    load_reference,
    progress_bar,
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
    "progress_bar",
    "read_statistics",
    "write_statistics",
]
