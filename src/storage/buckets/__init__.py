"""Object stores: S3, what speaks S3, and GCS."""
