"""Sightline: many imperfect sources in, one trusted and explained record of each thing out."""

__version__ = "0.1.0"
