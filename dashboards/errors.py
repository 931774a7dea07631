"""What goes wrong in this package."""


class DashboardError(ValueError):
    """A declaration that contradicts itself. The message says where, what, what was got and what was expected."""
