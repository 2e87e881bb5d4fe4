"""Which photos were taken within a circle on the earth."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photoclip.core.db import Store
from photoclip.core.filter_values import Near

_EARTH_KM: Final = 6371.0088  # mean radius (IUGG)


def photos_near(store: Store, near: Near) -> NDArray[np.int64]:
    """The ids of the photos inside the circle, int64 of shape (n,)."""
    south, north, sides = _box(near)
    between = " OR ".join(["longitude BETWEEN ? AND ?"] * len(sides))
    rows = store.rows(
        "SELECT id, latitude, longitude FROM photos"
        f" WHERE latitude BETWEEN ? AND ? AND ({between})",
        [south, north, *(side for pair in sides for side in pair)],
    )
    table = np.array(rows, np.float64).reshape(-1, 3)
    within = distances_km(near.latitude, near.longitude, table[:, 1], table[:, 2]) <= near.km
    ids: NDArray[np.int64] = table[within, 0].astype(np.int64)
    return ids


def distances_km(
    latitude: float,
    longitude: float,
    latitudes: NDArray[np.float64],
    longitudes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Great-circle distances from one place to others (haversine), kilometres, float64 (n,).

    All angles in degrees; the earth as a sphere, which errs by up to half a percent.
    """
    there, here = np.radians(latitudes), math.radians(latitude)
    across = np.sin(np.radians(longitudes - longitude) / 2) ** 2
    half = np.sin((there - here) / 2) ** 2 + np.cos(there) * math.cos(here) * across
    distances: NDArray[np.float64] = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distances


def _box(near: Near) -> tuple[float, float, list[tuple[float, float]]]:
    """South, north, and the ranges of longitude around the circle: two across the date line."""
    # A little wider, since the degree of a rounded figure may lie just outside.
    angle = near.km / _EARTH_KM * 1.000001 + 1e-9
    south, north = near.latitude - math.degrees(angle), near.latitude + math.degrees(angle)
    if south <= -90 or north >= 90:
        return max(south, -90.0), min(north, 90.0), [(-180.0, 180.0)]
    # The meridians that touch the circle.
    side = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(near.latitude))))
    west, east = near.longitude - side, near.longitude + side
    if west < -180:
        return south, north, [(west + 360, 180.0), (-180.0, east)]
    if east > 180:
        return south, north, [(west, 180.0), (-180.0, east - 360)]
    return south, north, [(west, east)]
