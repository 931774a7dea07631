"""What the labeling functions, the stack and the command share. Pure: nothing here calls AWS."""
