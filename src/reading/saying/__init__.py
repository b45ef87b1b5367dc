"""What a phrase of the request says about one field."""
