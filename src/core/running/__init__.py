"""How a job runs: who holds it, what is under way, and the moves of its state."""
