"""PyTorch-StudioGAN's run folders."""
