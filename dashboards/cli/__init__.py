"""What people do with dashboards from a shell: the only part of the package that talks to AWS."""
