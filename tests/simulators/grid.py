"""The British National Grid, as publishers use it who skip the shift of datum."""

from __future__ import annotations

import math

_A, _B = 6377563.396, 6356256.909  # Airy 1830
_SCALE, _LAT0, _LON0 = 0.9996012717, math.radians(49), math.radians(-2)
_EAST0, _NORTH0 = 400_000.0, -100_000.0


def grid(latitude: float, longitude: float) -> tuple[int, int]:
    """Easting and northing in metres (EPSG:27700), by the Ordnance Survey's published formulas."""
    phi, lam = math.radians(latitude), math.radians(longitude) - _LON0
    e2 = 1 - (_B / _A) ** 2
    sin2 = math.sin(phi) ** 2
    nu = _A * _SCALE / math.sqrt(1 - e2 * sin2)
    eta2 = (1 - e2 * sin2) / (1 - e2) - 1
    tan2, cos = math.tan(phi) ** 2, math.cos(phi)
    easting = _EAST0 + nu * cos * lam + nu / 6 * cos**3 * (1 + eta2 - tan2) * lam**3
    northing = (
        _NORTH0
        + _meridian(phi)
        + nu / 2 * math.sin(phi) * cos * lam**2
        + nu / 24 * math.sin(phi) * cos**3 * (5 - tan2 + 9 * eta2) * lam**4
    )
    return round(easting), round(northing)


def _meridian(phi: float) -> float:
    n = (_A - _B) / (_A + _B)
    less, more = phi - _LAT0, phi + _LAT0
    return (
        _B
        * _SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * math.sin(2 * less) * math.cos(2 * more)
            - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
        )
    )
