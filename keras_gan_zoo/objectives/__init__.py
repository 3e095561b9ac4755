"""What the two players minimise: losses, and the terms that are added to them."""
