"""Gives addresses under which dashboards can be embedded in a page."""
