"""Learning: optimizers, the loop, data, weights on disk, reports."""
