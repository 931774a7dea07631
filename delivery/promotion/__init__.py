"""Takes one immutable assembly from account to account. The workflows in .github/ call nothing else."""
