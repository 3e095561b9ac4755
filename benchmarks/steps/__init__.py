"""What `train_step.py` compares: cases, their arithmetic, contenders, tables."""
