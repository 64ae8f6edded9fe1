//! What each published driver does with the part that it is for, and whether that is what the data sheet says.

/// A driver with a part.
pub(super) struct Driver {
    /// The crate.
    pub(super) name: &'static str,
    /// The part, as people call it.
    pub(super) part: &'static str,
    /// What is done with it.
    pub(super) uses: &'static [Use],
}

/// One use of a driver.
pub(super) struct Use {
    /// Its name in `drivers-demo/run`.
    pub(super) run: Option<&'static str>,
    /// Or the program of `drivers-demo`, whose output `tests/drivers.rs` asserts.
    pub(super) program: Option<&'static str>,
    /// What it prints.
    pub(super) prints: &'static str,
    /// What the parts show after it.
    pub(super) shows: &'static [Shown],
    pub(super) verdict: Verdict,
}

/// The name of a part, one of its readouts, and its value.
pub(super) type Shown = (&'static str, &'static str, &'static str);

/// Whether a driver is right.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    /// It does what the data sheet says.
    Right,
    /// It does not.
    Wrong {
        /// What was asked of it.
        asked: &'static str,
        /// What the data sheet says.
        should: &'static str,
    },
}

const fn right(run: &'static str, prints: &'static str) -> Use {
    Use { run: Some(run), program: None, prints, shows: &[], verdict: Verdict::Right }
}

const fn wrong(run: &'static str, prints: &'static str, asked: &'static str, should: &'static str) -> Use {
    Use { verdict: Verdict::Wrong { asked, should }, ..right(run, prints) }
}

const fn program(name: &'static str) -> Use {
    Use { run: None, program: Some(name), prints: "", shows: &[], verdict: Verdict::Right }
}

const fn wrong_program(name: &'static str, prints: &'static str, asked: &'static str, should: &'static str) -> Use {
    Use { prints, verdict: Verdict::Wrong { asked, should }, ..program(name) }
}

const fn driver(name: &'static str, part: &'static str, uses: &'static [Use]) -> Driver {
    Driver { name, part, uses }
}

/// Red, green and blue squares, and the orange around them.
const SQUARES: &str = "ff0000 00ff00 0000ff ffa600";

pub(super) const DRIVERS: &[Driver] = &[
    // Those of the programs of drivers-demo.
    driver(
        "bme280",
        "BME280",
        &[
            program("weather"),
            wrong_program(
                "bme280_spi",
                "Error: UnsupportedChip",
                "over SPI: the chip's number",
                "the first byte of the answer follows that of the address",
            ),
        ],
    ),
    driver("bme280-multibus", "BME280 over SPI", &[right("bme280-multibus-spi", "-10.00 °C, 62.5 %, 1013.2 hPa")]),
    driver(
        "bme280-rs",
        "BME280",
        &[
            program("weather_async"),
            wrong(
                "bme280-rs-measuring",
                "measuring: false",
                "whether it measures, while it does",
                "bit 3 of the status says so, and the driver looks at bit 2 (section 5.4.4)",
            ),
        ],
    ),
    driver("button-driver", "push button", &[right("button-driver", "0 clicks, 1 hold of 1000 ms")]),
    driver("ds323x", "DS3231", &[program("clock")]),
    driver("eeprom24x", "24C02", &[program("eeprom")]),
    driver("lm75", "LM75", &[program("thermometer")]),
    driver("max6675-hal", "MAX6675", &[program("thermocouple")]),
    driver("sht4x", "SHT4x", &[program("humidity"), program("weather_async")]),
    driver("ssd1306", "SSD1306", &[program("weather"), program("weather_spi")]),
    driver("tb6612fng", "TB6612FNG", &[program("motor")]),
    driver("ublox", "u-blox receiver", &[program("position")]),
    driver("w25q32jv", "W25Q32", &[program("flash")]),
    // Sensors.
    driver("embedded-aht20", "AHT20", &[right("embedded-aht20", "-10.00 °C, 62.50 %")]),
    driver("libscd", "SCD41", &[right("libscd", "serial number f8969f073bbe\n612 ppm, 21.5 °C, 45.0 %")]),
    driver(
        "aht20-driver",
        "AHT20",
        &[
            right("aht20-driver", "-10.00 °C, 62.50 %"),
            wrong(
                "aht20-driver-integers",
                "4294967300 °C, 62 %",
                "-10 °C, in integers",
                "T = S / 2^20 * 200 - 50, which is less than 0 for small S (section 6.2)",
            ),
        ],
    ),
    driver("embedded-dht-rs", "AHT20", &[right("embedded-dht-rs-dht20", "-10.00 °C, 62.50 %")]),
    driver("htu21df-sensor", "HTU21D", &[right("htu21df-sensor", "21.50 °C, 44.99 %")]),
    driver(
        "mcp9808",
        "MCP9808",
        &[
            right("mcp9808", "21.5 °C"),
            wrong("mcp9808-cold", "10 °C", "-10 °C", "below 0 the value less 256 (section 5.1.3.1, equation 5-1)"),
            wrong(
                "mcp9808-limit",
                "set to 0x1000, reads 256 °C",
                "a limit of -10 °C",
                "0x1f60: limits are in two's complement (section 5.1.2)",
            ),
        ],
    ),
    driver("max31855", "MAX31855", &[right("max31855", "-10.25 °C, 21.5000 °C")]),
    driver(
        "mlx9061x",
        "MLX90614",
        &[
            right("mlx9061x", "21.49 °C, -9.99 °C\nid: 123456789abcdef0"),
            right("mlx9061x-emissivity", "0.50"),
            wrong(
                "mlx9061x-integers",
                "65526 °C",
                "-10 °C, in integers",
                "T = raw * 0.02 - 273.15, which is less than 0 (section 8.7.3)",
            ),
        ],
    ),
    driver("sgp30", "SGP30", &[right("sgp30", "400 ppm, 0 ppb\n680 ppm, 45 ppb")]),
    driver("scd4x", "SCD41", &[right("scd4x", "serial number: 0xf8969f073bbe\n612 ppm, 21.50 °C, 45.00 %")]),
    driver(
        "sgp40",
        "SGP40",
        &[
            right("sgp40", "serial number: 0x1a2b3c4d\nraw: 31000"),
            wrong(
                "sgp40-self-test",
                "error: I2c(NoAcknowledge(Address))",
                "the self-test, after 250 ms",
                "it takes up to 320 ms (section 4.5, table 8)",
            ),
        ],
    ),
    driver(
        "sht31",
        "SHT31",
        &[
            right("sht31", "21.50 °C, 45.00 %"),
            wrong(
                "sht31-hot",
                "-115.00 °C, 50.00 %",
                "60 °C",
                "words are unsigned: T = -45 + 175 * S / 65535 (section 4.14)",
            ),
        ],
    ),
    driver("shtcx", "SHTC3", &[right("shtcx", "21.50 °C, 45.00 %, device 0x47")]),
    driver("tmp117", "TMP117", &[right("tmp117", "TMP117 117\n25.0000 °C\nhigh alert at 30 °C")]),
    driver("tmp1x2", "TMP102", &[right("tmp1x2", "-10 °C"), right("tmp1x2-one-shot", "-10 °C")]),
    // Light.
    driver(
        "bh1750",
        "BH1750",
        &[
            right("bh1750", "250.0 lx"),
            wrong(
                "bh1750-once",
                "0.0 lx",
                "one measurement of 250 lx",
                "it takes up to 180 ms; the driver reads after 144 (page 2)",
            ),
        ],
    ),
    driver("opt300x", "OPT3001", &[right("opt300x", "10240.0 lx, device 0x3001")]),
    driver(
        "veml6030",
        "VEML7700",
        &[wrong(
            "veml6030",
            "214.3 lx",
            "250 lx",
            "a count is 0.0042 lx with gain 2 and 800 ms (revision 1.8); older revisions had 0.0036",
        )],
    ),
    driver("veml7700", "VEML7700", &[right("veml7700", "250.0 lx")]),
    // Clocks.
    driver(
        "ds1307",
        "DS1307",
        &[
            right("ds1307", "running: false\n2028-02-29 00:00:00\nkept"),
            wrong(
                "ds1307-noon",
                "error: InvalidInputData",
                "half past noon, set as 12:30 PM",
                "in 12-hour mode 12 PM is noon (\"clock and calendar\")",
            ),
        ],
    ),
    driver(
        "pcf8563",
        "PCF8563",
        &[
            right("pcf8563", "28-2-29 0:0:0"),
            wrong(
                "pcf8563-low-voltage",
                "0-1-1",
                "the date after the supply was gone",
                "VL says that it cannot be trusted (section 8.4.1)",
            ),
            wrong("pcf8563-year", "year 5", "85, as it was set", "the tens of the year have four bits (section 8.4.7)"),
        ],
    ),
    // Supplies.
    driver("ina219", "INA219", &[right("ina219", "11980 mV, 250000 uA, 2994 mW")]),
    driver("ina226", "INA226", &[right("ina226", "11980.0 mV, 0.250 A, 2.99 W")]),
    driver(
        "max17048",
        "MAX17048",
        &[wrong(
            "max17048",
            "panics: called `Result::unwrap()` on an `Err` value: NoAcknowledge(Address)",
            "anything",
            "its address is 0x36; the driver has 0x6c, the first byte of a write (\"slave address\")",
        )],
    ),
    driver("max170xx", "MAX17048", &[right("max170xx", "3.900 V, 72.5 %, -4.2 %/h")]),
    // Converters.
    driver("ads1x1x", "ADS1115", &[right("ads1x1x", "24000\n12000\n-4000")]),
    driver("mcp4725", "MCP4725", &[right("mcp4725", "8192\n24576\n0xc00, EEPROM 0x800")]),
    driver(
        "pwm-pca9685",
        "PCA9685",
        &[Use {
            shows: &[
                ("servo", "angle", "45.095"),
                ("dimmed", "brightness", "0.250"),
                ("pca9685", "frequency", "50.029"),
            ],
            ..right("pwm-pca9685", "done")
        }],
    ),
    driver(
        "max7219",
        "MAX7219",
        &[Use { shows: &[("max7219", "text", "    -273"), ("max7219", "intensity", "7")], ..right("max7219", "done") }],
    ),
    driver(
        "apa102-spi",
        "APA102",
        &[Use { shows: &[("apa102", "colours", "ff0000 008000 010203")], ..right("apa102-spi", "done") }],
    ),
    driver(
        "ws2812-spi",
        "WS2812B",
        &[Use {
            shows: &[("ws2812", "colours", "ff0000 008000 010203"), ("ws2812", "bad-pulses", "0")],
            ..right("ws2812-spi", "done")
        }],
    ),
    driver(
        "i2c-character-display",
        "HD44780 behind a PCF8574",
        &[Use {
            shows: &[("lcd", "line1", "22.5 C"), ("lcd", "line3", "   third row"), ("lcd", "backlight", "true")],
            ..right("i2c-character-display", "done")
        }],
    ),
    driver(
        "hd44780-driver",
        "HD44780 behind a PCF8574",
        &[Use {
            shows: &[("lcd", "line1", "hd44780"), ("lcd", "line2", "second row"), ("lcd", "on", "true")],
            ..right("hd44780-driver", "done")
        }],
    ),
    driver(
        "lcd-lcm1602-i2c",
        "HD44780 behind a PCF8574",
        &[Use {
            shows: &[("lcd", "line1", ""), ("lcd", "line2", ""), ("lcd", "on", "false"), ("lcd", "backlight", "true")],
            ..wrong(
                "lcd-lcm1602-i2c",
                "done",
                "two texts, which do not appear",
                "RS and data stay for 20 ns and 10 ns after E falls (figure 25, tAH and tH); the driver takes them away with it",
            )
        }],
    ),
    driver(
        "lcd_parallel_bus",
        "HD44780",
        &[Use {
            shows: &[("hd44780", "line1", "parallel"), ("hd44780", "on", "true")],
            ..right("lcd_parallel_bus", "done")
        }],
    ),
    driver(
        "tm1637-embedded-hal",
        "TM1637",
        &[Use {
            shows: &[("tm1637", "text", "1234"), ("tm1637", "colon", "true"), ("tm1637", "brightness", "5")],
            ..right("tm1637-embedded-hal", "done")
        }],
    ),
    // Displays of colours.
    driver(
        "gc9a01-rs",
        "GC9A01",
        &[Use { shows: &[("gc9a01", "colours", SQUARES), ("gc9a01", "on", "true")], ..right("gc9a01-rs", "done") }],
    ),
    driver(
        "ili9341",
        "ILI9341",
        &[Use { shows: &[("ili9341", "colours", SQUARES), ("ili9341", "on", "true")], ..right("ili9341", "done") }],
    ),
    driver(
        "mipidsi",
        "ST7789",
        &[Use { shows: &[("st7789", "colours", SQUARES), ("st7789", "on", "true")], ..right("mipidsi", "done") }],
    ),
    driver(
        "st7735-lcd",
        "ST7735",
        &[Use { shows: &[("st7735", "colours", SQUARES), ("st7735", "on", "true")], ..right("st7735-lcd", "done") }],
    ),
    // Pins.
    driver("dht-sensor", "DHT22", &[right("dht-sensor", "-10.1 °C, 65.2 %")]),
    driver("embedded-dht-rs", "DHT22", &[right("embedded-dht-rs-dht22", "-10.1 °C, 65.2 %")]),
    driver("hx711", "HX711", &[right("hx711", "4194304\n-2097152")]),
    driver("rotary-encoder-embedded", "rotary encoder", &[right("rotary-encoder-embedded", "4 one way, 1 the other")]),
    driver("rotary-encoder-hal", "rotary encoder", &[right("rotary-encoder-hal", "4 one way, 16 the other")]),
    // Expanders.
    driver("mcp230xx", "MCP23017", &[right("mcp230xx", "set High: High\nset Low: Low")]),
    driver(
        "port-expander",
        "MCP23017",
        &[
            right("port-expander-mcp23017", "high at the start: false\nset high: true\nset low: false"),
            wrong(
                "port-expander-mcp23017-high",
                "high: false",
                "an output that is high from the start (`into_output_high`)",
                "the latch must be set before the direction (sections 3.5.1 and 3.5.11)",
            ),
        ],
    ),
    driver("port-expander", "MCP23S17", &[right("port-expander-mcp23s17", "set high: true\nset low: false")]),
    driver("port-expander", "PCA9555", &[right("port-expander-pca9555", "high at the start: false\nset high: true")]),
    driver("pcf857x", "PCF8574", &[Use { shows: &[("pcf-lamp", "lit", "true")], ..right("pcf857x", "done") }]),
    driver(
        "port-expander",
        "PCF8574",
        &[Use {
            shows: &[("pcf-lamp", "lit", "true")],
            ..right(
                "port-expander-pcf8574",
                "interrupt: false, pressed: false\ninterrupt: true, pressed: true\ninterrupt: false",
            )
        }],
    ),
];
