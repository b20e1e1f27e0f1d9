"""Learning: optimizers, the loop, data, weights on disk, reports.

:func:`fit` trains any network; :func:`run` does the whole job from a data set to a folder with a
model and a report; :func:`predict` uses such a model.
"""

from clearprop.train.data import Dataset, load, split, standardize
from clearprop.train.job import run
from clearprop.train.loop import Result, fit
from clearprop.train.optimizers import Optimizer, adam, gradient_descent, momentum
from clearprop.train.predict import Predictions, predict
from clearprop.train.record import EpochRecord, RunRecord

__all__ = [
    "Dataset",
    "EpochRecord",
    "Optimizer",
    "Predictions",
    "Result",
    "RunRecord",
    "adam",
    "fit",
    "gradient_descent",
    "load",
    "momentum",
    "predict",
    "run",
    "split",
    "standardize",
]
