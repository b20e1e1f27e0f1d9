"""Matrix and tensor products."""
