"""Writes down what queries and job runs read, took and cost."""
