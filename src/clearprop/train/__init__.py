"""Learning: optimizers, the loop, data, weights on disk, reports.

:func:`fit` trains any network; :func:`run` does the whole job from a data set to a folder with a
model and a report; :func:`compare` ranks structures by their validation loss; :func:`predict` uses
a model.
"""

from clearprop.train.compare import STRUCTURES, compare
from clearprop.train.comparison import Candidate, Comparison
from clearprop.train.data import Dataset, load, standardize
from clearprop.train.job import run
from clearprop.train.loop import Result, fit
from clearprop.train.optimizers import Optimizer, adam, gradient_descent, momentum
from clearprop.train.parts import split
from clearprop.train.predict import Predictions, predict
from clearprop.train.record import EpochRecord, RunRecord

__all__ = [
    "STRUCTURES",
    "Candidate",
    "Comparison",
    "Dataset",
    "EpochRecord",
    "Optimizer",
    "Predictions",
    "Result",
    "RunRecord",
    "adam",
    "compare",
    "fit",
    "gradient_descent",
    "load",
    "momentum",
    "predict",
    "run",
    "split",
    "standardize",
]
