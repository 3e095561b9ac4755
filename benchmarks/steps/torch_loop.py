"""A plain PyTorch loop, channels first; the last fakes serve both players."""

import copy

from steps.by_hand import weight
from steps.cases import images, labels, model
from steps.contender import loop

#: whose published loops spare the discriminator's gradients in the generator's step
FROZEN = ("SNGAN", "BigGAN", "StyleGAN2", "R3GAN")


def torch(case):
    import torch

    from keras_gan_zoo.machine import cpus
    from steps.torch_networks import networks

    torch.set_num_threads(cpus())
    gan, batch = model(case._replace(policy="float32"), compiled=False)
    critic_steps, latent_dim = gan.critic_steps, gan.latent_dim
    g, d = networks(case, gan)
    d_loss, g_loss = losses(case.loss)
    augment = diff_augment if case.augmentation == "DiffAugment" else lambda x: x
    penalties, path_lengths = gan.penalties, gan.generator_penalties
    path_length = path_length_of(g, batch, latent_dim) if path_lengths else None
    g_optimizer, d_optimizer = (
        torch.optim.Adam(
            network.parameters(),
            float(ours.learning_rate),
            (float(ours.beta_1), float(ours.beta_2)),
        )
        for network, ours in zip((g, d), gan.default_optimizers(), strict=True)
    )
    average = copy.deepcopy(g) if gan.ema_half_life is not None else None
    decay = 0.5 ** (batch / 10_000)
    orthogonality, regularized = regularized_kernels(gan, g)

    def judge(images, *labels):
        return d(augment(images), *labels)

    def drawn_labels():
        return (torch.randint(10, (batch,)),) if case.conditional else ()

    def gradients(points, labels):
        points = points.detach().requires_grad_(True)
        logits = judge(points, *labels).sum()
        (found,) = torch.autograd.grad(logits, points, create_graph=True)
        return found.flatten(1)

    def penalty(term, real, of_real, fake, of_fake):
        if term.name == "gradient_penalty":
            mix = torch.rand(batch, 1, 1, 1)
            norm = gradients(real + mix * (fake - real), of_real).norm(dim=1)
            return ((norm - 1) ** 2).mean()
        at = (real, of_real) if term.name == "r1_penalty" else (fake, of_fake)
        return 0.5 * gradients(*at).square().sum(1).mean()

    def off_diagonal(kernel):
        rows = kernel.flatten(1)
        products = rows @ rows.T
        return (products * (1 - torch.eye(len(rows)))).square().sum()

    n = batch * critic_steps
    raw = torch.from_numpy(images(case, n)).permute(0, 3, 1, 2)
    of_raw = [torch.from_numpy(array).long() for array in labels(case, n)]

    def step(i):
        data = raw.float() / 127.5 - 1.0
        for part in range(critic_steps):
            rows = slice(part * batch, (part + 1) * batch)
            real, of_real = data[rows], [array[rows] for array in of_raw]
            of_fake = drawn_labels()
            fake = g(torch.randn(batch, latent_dim), *of_fake)
            shown = fake.detach()
            value = d_loss(judge(real, *of_real), judge(shown, *of_fake))
            for term in penalties:
                if i % term.every == 0:
                    found = penalty(term, real, of_real, shown, of_fake)
                    value = value + term.every * weight(term) * found
            d_optimizer.zero_grad()
            value.backward()
            d_optimizer.step()
        if case.family in FROZEN:
            d.requires_grad_(False)
        answer = g_loss(judge(fake, *of_fake), lambda: judge(real, *of_real))
        for kernel in regularized:
            answer = answer + orthogonality * off_diagonal(kernel)
        for term in path_lengths:
            if i % term.every == 0:
                answer = answer + term.every * weight(term) * path_length()
        g_optimizer.zero_grad()
        answer.backward()
        g_optimizer.step()
        d.requires_grad_(True)
        if average is not None:
            with torch.no_grad():
                for mean, new in zip(
                    average.state_dict().values(), g.state_dict().values(), strict=True
                ):
                    if mean.is_floating_point():
                        mean.lerp_(new, 1 - decay)

    return loop(step, lambda nothing: None, [])


def losses(name):
    """The discriminator's and the generator's, the latter of fake logits and a function
    that returns the real ones."""
    from torch.nn.functional import relu, softplus

    def cross_entropy(real, fake):
        return softplus(-real).mean() + softplus(fake).mean()

    def minus(fake, real):
        return -fake.mean()

    return {
        "minimax": (cross_entropy, lambda fake, real: -softplus(fake).mean()),
        "non_saturating": (cross_entropy, lambda fake, real: softplus(-fake).mean()),
        "wasserstein": (lambda real, fake: fake.mean() - real.mean(), minus),
        "hinge": (
            lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(),
            minus,
        ),
        "relativistic_paired": (
            lambda real, fake: softplus(fake - real).mean(),
            lambda fake, real: softplus(real() - fake).mean(),
        ),
    }[name]


def regularized_kernels(gan, g):
    """The weight of the orthogonal regularization, and the kernels that have it: all
    but those of embeddings."""
    from torch import nn

    found = {v.regularizer.factor for v in gan.generator.variables if v.regularizer}
    if not found:
        return 0.0, []
    tables = {
        id(p)
        for module in g.modules()
        if isinstance(module, nn.Embedding)
        for p in module.parameters()
    }
    (factor,) = found
    return factor, [p for p in g.parameters() if p.ndim > 1 and id(p) not in tables]


def path_length_of(g, batch, latent_dim):
    """StyleGAN2's penalty, on a pass of its own as in the authors' code."""
    import torch

    from steps.torch_layers import Tap

    (tap,) = (module for module in g.modules() if isinstance(module, Tap))
    running = torch.zeros(())

    def path_length():
        made = g(torch.randn(batch, latent_dim))
        noise = torch.randn_like(made) / (made.shape[2] * made.shape[3]) ** 0.5
        answer = (made * noise).sum()
        (slopes,) = torch.autograd.grad(answer, tap.value, create_graph=True)
        lengths = (slopes.square().sum(2).mean(1) + 1e-12).sqrt()
        mean = running.lerp(lengths.mean(), 0.01)
        running.copy_(mean.detach())
        return (lengths - mean).square().mean()

    return path_length


def diff_augment(x):
    """Zhao et al. 2020, as in the authors' code: color, translation, cutout."""
    import torch
    from torch.nn.functional import pad

    n, _, height, width = x.shape
    one = (n, 1, 1, 1)
    x = x + torch.rand(one) - 0.5
    mean = x.mean(1, keepdim=True)
    x = (x - mean) * (2 * torch.rand(one)) + mean
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (torch.rand(one) + 0.5) + mean
    moved, holes = [], []
    for size in (height, width):
        most, hole = int(size / 8 + 0.5), int(size / 2 + 0.5)
        at = torch.arange(size)[None]
        places = at + torch.randint(-most, most + 1, (n, 1))
        moved.append((places + 1).clamp(0, size + 1))
        start = torch.randint(0, size + 1 - hole % 2, (n, 1)) - hole // 2
        holes.append(((at >= start) & (at < start + hole)).to(x.dtype))
    x = pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    image = torch.arange(n)[:, None, None]
    x = x[image, moved[0][:, :, None], moved[1][:, None, :]].permute(0, 3, 1, 2)
    return x * (1 - holes[0][:, None, :, None] * holes[1][:, None, None, :])
