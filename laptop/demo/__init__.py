"""`make demo`: the lake deployed on this laptop, fed with real data, queried, proven and reported."""

from laptop.demo.run import main

__all__ = ["main"]
