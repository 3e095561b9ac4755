"""A recipe that trains in seconds."""

RECIPE = {
    "family": "MLPGAN",
    "arguments": {
        "image_shape": [28, 28, 1],
        "generator_widths": [16],
        "discriminator_widths": [16],
        "ema_half_life": 100.0,
        "seed": 1,
    },
    "compile": {
        "generator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 0.001},
        }
    },
    "data": "digits:train[:128]",
    "batch_size": 32,
    "epochs": 3,
    "selection": {"reference": "digits:test", "num_images": 40},
}
