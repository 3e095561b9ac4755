"""Public weights of others: their names, their layouts, and how they become ours."""
