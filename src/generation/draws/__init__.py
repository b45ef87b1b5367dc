"""Random words, numbers and indexes for any rows, and the columns made of them."""
