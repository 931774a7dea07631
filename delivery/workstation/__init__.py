"""Deploys and deletes an environment on AWS from a workstation, and says what it does before it acts."""
