"""Features that need no network."""


def means(images):
    """The mean of each quarter of uint8 images."""
    quarters = images.reshape(len(images), 2, 4, 2, 4, -1).astype("float32")
    return {"features": quarters.mean(axis=(2, 4, 5)).reshape(len(images), 4)}
