"""What a language model writes of a job: asked for within budgets, recorded before it is used."""
