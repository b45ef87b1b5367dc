"""Reading a request without a model."""
