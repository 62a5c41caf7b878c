"""The reference surface of the front: maps flat drawings to glasses as worn."""

from dataclasses import dataclass

import numpy as np

from glasses.curves import Array
from glasses.meshes import turn_x

_STEP_MM = 1e-3


@dataclass(frozen=True)
class Front:
    """Boxing-system dimensions of a front, and the surface of its lenses.

    The surface consists of two spheres of the lens radius, each tilted outwards by the wrap angle about its lens centre
    and joined smoothly across the bridge; for a shield it is one sphere over both eyes.

    Attributes:
        lens_width: Boxed lens width, mm, measured in the lens plane.
        lens_height: Boxed lens height, mm.
        bridge: Distance between lenses, mm.
        wrap_deg: Face-form angle of each lens, positive if the temporal side is further back.
        pantoscopic_deg: Tilt of the front, positive if its lower edge is nearer to the cheeks.
        radius: Radius of curvature of the middle surface of the lenses, mm.
        contact_y: Height of the nose contact above the datum line, mm.
        contact_d: Flat depth of the nose contact (negative behind the surface), mm.
        shield: Whether there is one surface over both eyes, centred on the nose.
    """

    lens_width: float
    lens_height: float
    bridge: float
    wrap_deg: float
    pantoscopic_deg: float
    radius: float
    contact_y: float
    contact_d: float
    shield: bool = False

    @property
    def center_x(self) -> float:
        """Flat x of the boxed centre of the left lens, mm."""
        return (self.bridge + self.flat_width) / 2

    @property
    def flat_width(self) -> float:
        """Lens width in the flat drawing, foreshortened by the wrap, mm."""
        return self.lens_width * float(np.cos(np.radians(self.wrap_deg)))

    def height(self, x: Array, y: Array) -> Array:
        """Return the height of the reference surface at flat (x, y), before the pantoscopic tilt, mm."""
        if self.shield:
            return np.sqrt(self.radius**2 - x**2 - y**2) - self.radius
        blend = self.bridge / 2 - 0.5
        side = np.abs(x)
        side = np.where(side < blend, (side**2 + blend**2) / (2 * blend), side)
        wrap = np.radians(self.wrap_deg)
        middle_x = self.center_x - self.radius * np.sin(wrap)
        middle_z = -self.radius * np.cos(wrap)
        return middle_z + np.sqrt(self.radius**2 - (side - middle_x) ** 2 - y**2)

    def bend(self, flat: Array) -> Array:
        """Map flat points (..., 3) onto the reference surface; d is along its normal."""
        x, y, d = flat[..., 0], flat[..., 1], flat[..., 2]
        slope_x = (self.height(x + _STEP_MM, y) - self.height(x - _STEP_MM, y)) / (2 * _STEP_MM)
        slope_y = (self.height(x, y + _STEP_MM) - self.height(x, y - _STEP_MM)) / (2 * _STEP_MM)
        normal = np.stack([-slope_x, -slope_y, np.ones_like(slope_x)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        return np.stack([x, y, self.height(x, y)], axis=-1) + d[..., None] * normal

    @property
    def ball(self) -> tuple[float, float, float]:
        """Centre, as worn, of the sphere of the left lens, mm."""
        wrap = 0.0 if self.shield else np.radians(self.wrap_deg)
        x = 0.0 if self.shield else self.center_x - self.radius * np.sin(wrap)
        x, y, z = self._stand(np.array([x, 0.0, -self.radius * np.cos(wrap)]))
        return float(x), float(y), float(z)

    def _stand(self, bent: Array) -> Array:
        """Tilt bent points and move the nose contact to the origin."""
        contact = self.bend(np.array([0.0, self.contact_y, self.contact_d]))
        return (bent - contact) @ turn_x(np.radians(self.pantoscopic_deg)).T

    def place(self, flat: Array) -> Array:
        """Map flat points (..., 3) to worn: bent, tilted, with the nose contact at the origin, mm."""
        return self._stand(self.bend(np.asarray(flat, dtype=np.float64)))

    def point(self, x: float, y: float, d: float) -> Array:
        """Map one flat point to worn, (3,) mm."""
        return self.place(np.array([x, y, d]))

    def outward(self, x: float, y: float) -> Array:
        """Return the (3,) unit normal of the worn front at a flat point."""
        step = self.point(x, y, 1.0) - self.point(x, y, 0.0)
        return step / np.linalg.norm(step)
