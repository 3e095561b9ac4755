"""What the families of class terms were published with."""

import pytest
from families.contract import small
from keras import ops

from keras_gan_zoo import families

ADAM = (2e-4, 0.5, 0.999)
# loss, terms with their weights, learning rate and betas
PUBLISHED = {
    "tacgan": ("Hinge", [("TwinClassification", 1.0)], ADAM),
    "adcgan": ("Hinge", [("DiscriminativeClassification", 1.0)], ADAM),
    "contragan": ("Hinge", [("ConditionalContrastive", 1.0)], ADAM),
    "reacgan": (
        "Hinge",
        [("DataToDataCrossEntropy", 0.5)],
        (2.8284271e-4, 0.5, 0.999),
    ),
    "mhgan": ("MultiHinge", [("FeatureMatching", 1.0)], ADAM),
    "mdgan": ("NonSaturating", [("R1", 1.0)], ADAM),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_settings(name):
    loss, terms, adam = PUBLISHED[name]
    gan = small(families.find(name), critic_steps=5)
    assert type(gan.objective).__name__ == loss
    found = [(type(t).__name__, t.weight) for t in (*gan.penalties, *gan.auxiliaries)]
    assert found == terms
    gan.compile()
    for optimizer in (
        gan.optimizer.generator_optimizer,
        gan.optimizer.discriminator_optimizer,
    ):
        rate = float(ops.convert_to_numpy(optimizer.learning_rate))
        assert (rate, optimizer.beta_1, optimizer.beta_2) == pytest.approx(adam)


def test_settings_of_the_terms():
    (contrastive,) = small(families.find("contragan")).auxiliaries
    assert contrastive.temperature == 1.0
    (data_to_data,) = small(families.find("reacgan")).auxiliaries
    assert (data_to_data.temperature, data_to_data.margin) == (0.5, 0.98)
    assert small(families.find("mhgan")).objective.generator_weight == 0.05
