"""Typed settings, and the one place that reads the environment and settings files."""

from mulgil.config.home import Home

__all__ = ["Home"]
