"""The language model: what is asked, what came back, what it may cost."""
