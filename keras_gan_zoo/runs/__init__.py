"""Runs: what the folder of a training holds, and the report that is made of it."""

from keras_gan_zoo.runs.folder import Run, read_run
from keras_gan_zoo.runs.report import state_of, write_report
from keras_gan_zoo.runs.reporting import Reporting

__all__ = ["Reporting", "Run", "read_run", "state_of", "write_report"]
