//! Where the blocks are.

/// A block, by its number in the chip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Id {
    Clocks,
    Psm,
    Resets,
    Io,
    Pads,
    Crystal,
    Pll(usize),
    Uart(usize),
    Spi(usize),
    I2c(usize),
    Adc,
    Pwm,
    Timer(usize),
    Watchdog,
    Ticks,
    Rom,
    Dma,
    Sio,
    Ppb,
}

impl Id {
    /// RP2350 data sheet, section 2.2, "Address map". A block has 16 KiB: itself and its aliases.
    pub(crate) fn at(base: u32) -> Option<Id> {
        Some(match base {
            0x4001_0000 => Id::Clocks,
            0x4001_8000 => Id::Psm,
            0x4002_0000 => Id::Resets,
            0x4002_8000 => Id::Io,
            0x4003_8000 => Id::Pads,
            0x4004_8000 => Id::Crystal,
            0x4005_0000 => Id::Pll(0),
            0x4005_8000 => Id::Pll(1),
            0x4007_0000 => Id::Uart(0),
            0x4007_8000 => Id::Uart(1),
            0x4008_0000 => Id::Spi(0),
            0x4008_8000 => Id::Spi(1),
            0x4009_0000 => Id::I2c(0),
            0x4009_8000 => Id::I2c(1),
            0x400a_0000 => Id::Adc,
            0x400a_8000 => Id::Pwm,
            0x400b_0000 => Id::Timer(0),
            0x400b_8000 => Id::Timer(1),
            0x400d_8000 => Id::Watchdog,
            0x4010_8000 => Id::Ticks,
            0x400e_0000 => Id::Rom,
            0x5000_0000 => Id::Dma,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Id::Clocks => "CLOCKS",
            Id::Psm => "PSM",
            Id::Resets => "RESETS",
            Id::Io => "IO_BANK0",
            Id::Pads => "PADS_BANK0",
            Id::Crystal => "XOSC",
            Id::Pll(number) => ["PLL_SYS", "PLL_USB"][number],
            Id::Uart(number) => ["UART0", "UART1"][number],
            Id::Spi(number) => ["SPI0", "SPI1"][number],
            Id::I2c(number) => ["I2C0", "I2C1"][number],
            Id::Adc => "ADC",
            Id::Pwm => "PWM",
            Id::Timer(number) => ["TIMER0", "TIMER1"][number],
            Id::Watchdog => "WATCHDOG",
            Id::Ticks => "TICKS",
            Id::Rom => "BOOTRAM",
            Id::Dma => "DMA",
            Id::Sio => "SIO",
            Id::Ppb => "PPB",
        }
    }

    /// RP2350 data sheet, section 7.5.3, register `RESET`: the bit of a block that can be held in reset.
    pub(crate) fn reset_bit(self) -> Option<usize> {
        Some(match self {
            Id::Adc => 0,
            Id::Dma => 2,
            Id::I2c(number) => 4 + number,
            Id::Io => 6,
            Id::Pads => 9,
            Id::Pll(number) => 14 + number,
            Id::Pwm => 16,
            Id::Spi(number) => 18 + number,
            Id::Timer(number) => 23 + number,
            Id::Uart(number) => 26 + number,
            _ => return None,
        })
    }

    /// Whether a look at it depends on what the board has done meanwhile.
    pub(crate) fn sees_wires(self) -> bool {
        matches!(self, Id::Sio | Id::Io | Id::Uart(_))
    }
}
