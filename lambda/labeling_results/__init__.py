"""Brings the results of a labeling job into the tables of labels."""
