"""Counts events by minute for live views, in DynamoDB."""
