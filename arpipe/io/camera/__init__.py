"""Webcams: capture, the list of devices and their modes, and a virtual camera as an output."""

from arpipe.io.camera.camera import Camera, CameraDeviceConfig, CameraMode

__all__ = ["Camera", "CameraDeviceConfig", "CameraMode"]
