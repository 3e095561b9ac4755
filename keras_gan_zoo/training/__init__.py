"""One adversarial iteration, the pair of optimizers behind it and its batches."""
