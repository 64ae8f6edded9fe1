"""Reads an LM75 thermometer: the temperature, and the two limits of its thermostat. Label ``thermometer``, an LM75 at 0x48."""

from machine import I2C

ADDRESS = 0x48

#: The registers that hold temperatures. National Semiconductor LM75 (DS012658), section 1.11.
REGISTERS = {"temperature": 0, "hysteresis": 2, "limit": 3}


def main() -> None:
    """Prints the registers."""
    bus = I2C("thermometer")
    for name, register in REGISTERS.items():
        raw = int.from_bytes(bus.readfrom_mem(ADDRESS, register, 2), "big", signed=True)
        # 256 is a degree, whatever the resolution: to the nearest tenth.
        tenths = (raw * 10 + 128) // 256
        print(f"{name}: {'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10} degC")
