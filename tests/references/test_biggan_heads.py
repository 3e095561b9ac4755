"""Discriminators' heads are PyTorch-StudioGAN's, on its BigGAN's features."""

import pytest
from keras import ops
from references.filling import assert_close, fill, linear, part, read, same, weight
from references.test_biggan import BIGGAN, normalized

from keras_gan_zoo.networks import biggan_discriminator, heads

WEIGHTS, ARRAYS = read("biggan_heads")
LABELS = ARRAYS["in_labels"].astype("int32")


def dense(theirs, ours):
    return normalized(theirs, ours, linear)


# the head, whether it takes labels, rules, and our outputs by their names
HEADS = {
    "contrastive": (
        heads.class_embedding(3, 5),
        True,
        [
            *dense("linear2", "embedding"),
            ("embedding.weight_orig", "proxy/proxy/embeddings", same),
            ("embedding.weight_u", "proxy/u", same),
            ("embedding.weight_v", "proxy/v", same),
        ],
        {"adv_output": "logits", "embed": "embedding", "proxy": "proxy"},
    ),
    "twin": (
        heads.classifier(3, twin=True),
        False,
        [*dense("linear2", "classes"), *dense("linear_mi", "twin_classes")],
        {
            "adv_output": "logits",
            "cls_output": "classes",
            "mi_cls_output": "twin_classes",
        },
    ),
    "discriminative": (
        heads.classifier(6),
        False,
        dense("linear2", "classes"),
        {"adv_output": "logits", "cls_output": "classes"},
    ),
    "multi_class": (
        heads.multi_class(3),
        False,
        dense("linear1", "classes"),
        {"adv_output": "classes", "h": "features"},
    ),
    "own_logit": (heads.own_logit(3), True, [], {"adv_output": "logits"}),
}


@pytest.mark.parametrize("name", HEADS)
def test_equal_to_studiogan(name):
    head, labelled, rules, outputs = HEADS[name]
    network = biggan_discriminator(
        (32, 32, 3),
        (12,) * 4,
        num_classes=3 if labelled else None,
        head=head,
        activated=True,
    )
    fill(network, part(WEIGHTS, name), [*rules, *BIGGAN["d"]])
    images = 5.0 * weight("images", (2, 3, 32, 32)).transpose(0, 2, 3, 1)
    given = {"images": images, "labels": LABELS} if labelled else images
    found = network(given, training=False)
    found = found if isinstance(found, dict) else {"logits": found}
    for theirs, ours in outputs.items():
        expected = ARRAYS[f"out_{name}_{theirs}"]
        values = ops.convert_to_numpy(found[ours]).reshape(expected.shape)
        assert_close(values, expected)
