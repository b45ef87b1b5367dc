"""What a clause says about several fields of a row."""
