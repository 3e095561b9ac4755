"""The transforms of `ADA`, in groups that are carried out together."""
