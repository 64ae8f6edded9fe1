"""The classic module ``smbus``, which older drivers import."""

from smbus2 import SMBus

__all__ = ["SMBus"]
