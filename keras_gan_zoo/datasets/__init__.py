"""Named data sets, image folders and the bundled digits."""
