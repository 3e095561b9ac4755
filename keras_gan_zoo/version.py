"""The version of this package: in its metadata, in presets, cards and reports."""

__version__ = "0.1.0"
