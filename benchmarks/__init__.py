"""What the lake promises about speed and cost, measured against named alternatives in the same run."""
