"""What the reader knows of business fields: names, makers, subjects, places."""
