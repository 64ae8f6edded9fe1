"""Published drivers, as they are on PyPI, on the simulated and scripted parts of `drivers.toml`. Prints what each returns."""

import adt7422
import bmp180
import DS1631
import scd30_i2c
import smbus2
from senlib.core.i2c import SMBus
from senlib.i2c.sensors import lmx


def ds1631() -> None:
    """DS1631 0.3.7."""
    part = DS1631.DS1631(1, 0x4A)
    print(part.get_resolution(), part.get_conversion_mode(), part.get_temperature())
    part.set_thigh(-10.5)
    print(part.get_thigh())


def scd30() -> None:
    """scd30_i2c 0.0.6."""
    part = scd30_i2c.SCD30()
    part.set_measurement_interval(2)
    part.start_periodic_measurement()
    print(part.get_data_ready(), part.read_measurement())


def bmp() -> None:
    """bmp180 1.0.0, with the numbers of the example in the data sheet (BST-BMP180-DS000, section 3.5)."""
    part = bmp180.BMP180(1)
    print(part.read_temperature(), part.read_pressure())
    part.close()


def lm75() -> None:
    """LM75 of senlib 0.1.1, which takes the sign for 128 degC: 237.5 degC and not -18.5 degC."""
    print(lmx.LM75(SMBus("thermometer", SMBus=smbus2.SMBus), 0x48).measure())


def adt() -> None:
    """adt7422 1.0.3, which looks for the sign in bit 15 of a byte: 487 degC and not -25 degC."""
    part = adt7422.ADT7422(1, 0x49)
    part.open_smbus()
    print(part.get_temp())


def main() -> None:
    """Runs all."""
    for driver in (ds1631, scd30, bmp, lm75, adt):
        driver()
