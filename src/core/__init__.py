"""What a job is and how it is carried out."""
