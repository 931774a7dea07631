"""What nodes of clusters fetch when they start: made here, and stored where the deployed pipeline looks for it."""
