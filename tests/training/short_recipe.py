"""A recipe that trains in a second."""

RECIPE = {
    "family": "MLPGAN",
    "arguments": {
        "image_shape": [28, 28, 1],
        "generator_widths": [8],
        "discriminator_widths": [8],
        "seed": 1,
    },
    "data": "digits:train[:64]",
    "batch_size": 32,
    "epochs": 2,
}
