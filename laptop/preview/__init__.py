"""The preview of dashboards: deployed definitions and each person's rows, as a page that needs no server."""
