//! The names of registers, for messages: by the register lists of the RP2350 data sheet, at the end of each block's section.

/// Returns the name of a register of a block.
pub(crate) fn register(block: &str, offset: u32) -> String {
    let number = offset / 4;
    match block {
        "IO_BANK0" if offset < 0x180 => {
            format!("GPIO{}_{}", offset / 8, if offset.is_multiple_of(8) { "STATUS" } else { "CTRL" })
        }
        "IO_BANK0" if (0x230..0x320).contains(&offset) => {
            let (group, word) = ((offset - 0x230) / 0x18, (offset - 0x230) % 0x18 / 4);
            let groups = [
                "INTR",
                "PROC0_INTE",
                "PROC0_INTF",
                "PROC0_INTS",
                "PROC1_INTE",
                "PROC1_INTF",
                "PROC1_INTS",
                "DORMANT_WAKE_INTE",
                "DORMANT_WAKE_INTF",
                "DORMANT_WAKE_INTS",
            ];
            format!("{}{word}", usize::try_from(group).ok().and_then(|group| groups.get(group)).unwrap_or(&"?"))
        }
        "PADS_BANK0" if (4..0xc4).contains(&offset) => format!("GPIO{}", number - 1),
        "PWM" if offset < 0xf0 => {
            let names = ["CSR", "DIV", "CTR", "CC", "TOP"];
            let name = usize::try_from(number % 5).ok().and_then(|at| names.get(at)).unwrap_or(&"?");
            format!("CH{}_{name}", number / 5)
        }
        "SIO" if (0x100..0x180).contains(&offset) => format!("SPINLOCK{}", number - 0x40),
        "TICKS" if offset < 0x48 => {
            let owners = ["PROC0", "PROC1", "TIMER0", "TIMER1", "WATCHDOG", "RISCV"];
            let owner = usize::try_from(number / 3).ok().and_then(|at| owners.get(at)).unwrap_or(&"?");
            format!("{owner}_{}", ["CTRL", "CYCLES", "COUNT"][usize::try_from(number % 3).unwrap_or(0)])
        }
        _ => listed(block, offset).map_or_else(|| format!("{offset:#05x}"), str::to_owned),
    }
}

fn listed(block: &str, offset: u32) -> Option<&'static str> {
    let list = match block.trim_end_matches(|char: char| char.is_ascii_digit()) {
        "ADC" => ADC,
        "CLOCKS" => CLOCKS,
        "DMA" => DMA,
        "I2C" => I2C,
        "IO_BANK" => IO_BANK0,
        "PADS_BANK" => PADS_BANK0,
        "PLL_SYS" | "PLL_USB" => PLL,
        "PSM" => PSM,
        "PWM" => PWM,
        "RESETS" => RESETS,
        "ROSC" => ROSC,
        "SIO" => SIO,
        "SPI" => SPI,
        "TIMER" => TIMER,
        "UART" => UART,
        "WATCHDOG" => WATCHDOG,
        "XOSC" => XOSC,
        _ => return None,
    };
    let mut words = list.split_whitespace();
    while let (Some(at), Some(name)) = (words.next(), words.next()) {
        if u32::from_str_radix(at, 16).is_ok_and(|at| at == offset) {
            return Some(name);
        }
    }
    None
}

const RESETS: &str = "\
    000 RESET 004 WDSEL 008 RESET_DONE";

const PSM: &str = "\
    000 FRCE_ON 004 FRCE_OFF 008 WDSEL 00c DONE";

const CLOCKS: &str = "\
    000 CLK_GPOUT0_CTRL 004 CLK_GPOUT0_DIV 008 CLK_GPOUT0_SELECTED 00c CLK_GPOUT1_CTRL 010 CLK_GPOUT1_DIV \
    014 CLK_GPOUT1_SELECTED 018 CLK_GPOUT2_CTRL 01c CLK_GPOUT2_DIV 020 CLK_GPOUT2_SELECTED 024 CLK_GPOUT3_CTRL \
    028 CLK_GPOUT3_DIV 02c CLK_GPOUT3_SELECTED 030 CLK_REF_CTRL 034 CLK_REF_DIV 038 CLK_REF_SELECTED 03c CLK_SYS_CTRL \
    040 CLK_SYS_DIV 044 CLK_SYS_SELECTED 048 CLK_PERI_CTRL 04c CLK_PERI_DIV 050 CLK_PERI_SELECTED 054 CLK_HSTX_CTRL \
    058 CLK_HSTX_DIV 05c CLK_HSTX_SELECTED 060 CLK_USB_CTRL 064 CLK_USB_DIV 068 CLK_USB_SELECTED 06c CLK_ADC_CTRL \
    070 CLK_ADC_DIV 074 CLK_ADC_SELECTED 078 DFTCLK_XOSC_CTRL 07c DFTCLK_ROSC_CTRL 080 DFTCLK_LPOSC_CTRL \
    084 CLK_SYS_RESUS_CTRL 088 CLK_SYS_RESUS_STATUS 08c FC0_REF_KHZ 090 FC0_MIN_KHZ 094 FC0_MAX_KHZ 098 FC0_DELAY \
    09c FC0_INTERVAL 0a0 FC0_SRC 0a4 FC0_STATUS 0a8 FC0_RESULT 0ac WAKE_EN0 0b0 WAKE_EN1 0b4 SLEEP_EN0 0b8 SLEEP_EN1 \
    0bc ENABLED0 0c0 ENABLED1 0c4 INTR 0c8 INTE 0cc INTF 0d0 INTS";

const XOSC: &str = "\
    000 CTRL 004 STATUS 008 DORMANT 00c STARTUP 010 COUNT";

const PLL: &str = "\
    000 CS 004 PWR 008 FBDIV_INT 00c PRIM 010 INTR 014 INTE 018 INTF 01c INTS";

const WATCHDOG: &str = "\
    000 CTRL 004 LOAD 008 REASON 00c SCRATCH0 010 SCRATCH1 014 SCRATCH2 018 SCRATCH3 01c SCRATCH4 020 SCRATCH5 \
    024 SCRATCH6 028 SCRATCH7";

const TIMER: &str = "\
    000 TIMEHW 004 TIMELW 008 TIMEHR 00c TIMELR 010 ALARM0 014 ALARM1 018 ALARM2 01c ALARM3 020 ARMED 024 TIMERAWH \
    028 TIMERAWL 02c DBGPAUSE 030 PAUSE 034 LOCKED 038 SOURCE 03c INTR 040 INTE 044 INTF 048 INTS";

const IO_BANK0: &str = "\
    200 IRQSUMMARY_PROC0_SECURE0 204 IRQSUMMARY_PROC0_SECURE1 208 IRQSUMMARY_PROC0_NONSECURE0 \
    20c IRQSUMMARY_PROC0_NONSECURE1 210 IRQSUMMARY_PROC1_SECURE0 214 IRQSUMMARY_PROC1_SECURE1 \
    218 IRQSUMMARY_PROC1_NONSECURE0 21c IRQSUMMARY_PROC1_NONSECURE1 220 IRQSUMMARY_DORMANT_WAKE_SECURE0 \
    224 IRQSUMMARY_DORMANT_WAKE_SECURE1 228 IRQSUMMARY_DORMANT_WAKE_NONSECURE0 22c IRQSUMMARY_DORMANT_WAKE_NONSECURE1";

const PADS_BANK0: &str = "\
    000 VOLTAGE_SELECT 0c4 SWCLK 0c8 SWD";

const UART: &str = "\
    000 UARTDR 004 UARTRSR 018 UARTFR 020 UARTILPR 024 UARTIBRD 028 UARTFBRD 02c UARTLCR_H 030 UARTCR 034 UARTIFLS \
    038 UARTIMSC 03c UARTRIS 040 UARTMIS 044 UARTICR 048 UARTDMACR fe0 UARTPERIPHID0 fe4 UARTPERIPHID1 fe8 UARTPERIPHID2 \
    fec UARTPERIPHID3 ff0 UARTPCELLID0 ff4 UARTPCELLID1 ff8 UARTPCELLID2 ffc UARTPCELLID3";

const SPI: &str = "\
    000 SSPCR0 004 SSPCR1 008 SSPDR 00c SSPSR 010 SSPCPSR 014 SSPIMSC 018 SSPRIS 01c SSPMIS 020 SSPICR 024 SSPDMACR \
    fe0 SSPPERIPHID0 fe4 SSPPERIPHID1 fe8 SSPPERIPHID2 fec SSPPERIPHID3 ff0 SSPPCELLID0 ff4 SSPPCELLID1 ff8 SSPPCELLID2 \
    ffc SSPPCELLID3";

const I2C: &str = "\
    000 IC_CON 004 IC_TAR 008 IC_SAR 010 IC_DATA_CMD 014 IC_SS_SCL_HCNT 018 IC_SS_SCL_LCNT 01c IC_FS_SCL_HCNT \
    020 IC_FS_SCL_LCNT 02c IC_INTR_STAT 030 IC_INTR_MASK 034 IC_RAW_INTR_STAT 038 IC_RX_TL 03c IC_TX_TL 040 IC_CLR_INTR \
    044 IC_CLR_RX_UNDER 048 IC_CLR_RX_OVER 04c IC_CLR_TX_OVER 050 IC_CLR_RD_REQ 054 IC_CLR_TX_ABRT 058 IC_CLR_RX_DONE \
    05c IC_CLR_ACTIVITY 060 IC_CLR_STOP_DET 064 IC_CLR_START_DET 068 IC_CLR_GEN_CALL 06c IC_ENABLE 070 IC_STATUS \
    074 IC_TXFLR 078 IC_RXFLR 07c IC_SDA_HOLD 080 IC_TX_ABRT_SOURCE 084 IC_SLV_DATA_NACK_ONLY 088 IC_DMA_CR \
    08c IC_DMA_TDLR 090 IC_DMA_RDLR 094 IC_SDA_SETUP 098 IC_ACK_GENERAL_CALL 09c IC_ENABLE_STATUS 0a0 IC_FS_SPKLEN \
    0a8 IC_CLR_RESTART_DET 0f4 IC_COMP_PARAM_1 0f8 IC_COMP_VERSION 0fc IC_COMP_TYPE";

const DMA: &str = "\
    000 CH0_READ_ADDR 004 CH0_WRITE_ADDR 008 CH0_TRANS_COUNT 00c CH0_CTRL_TRIG";

const ADC: &str = "\
    000 CS 004 RESULT 008 FCS 00c FIFO 010 DIV 014 INTR 018 INTE 01c INTF 020 INTS";

const PWM: &str = "\
    000 EN 0f4 INTR 0f8 IRQ0_INTE 0fc IRQ0_INTF 100 IRQ0_INTS 104 IRQ1_INTE 108 IRQ1_INTF 10c IRQ1_INTS";

const SIO: &str = "\
    000 CPUID 004 GPIO_IN 008 GPIO_HI_IN 010 GPIO_OUT 014 GPIO_HI_OUT 018 GPIO_OUT_SET 01c GPIO_HI_OUT_SET \
    020 GPIO_OUT_CLR 024 GPIO_HI_OUT_CLR 028 GPIO_OUT_XOR 02c GPIO_HI_OUT_XOR 030 GPIO_OE 034 GPIO_HI_OE 038 GPIO_OE_SET \
    03c GPIO_HI_OE_SET 040 GPIO_OE_CLR 044 GPIO_HI_OE_CLR 048 GPIO_OE_XOR 04c GPIO_HI_OE_XOR 050 FIFO_ST 054 FIFO_WR \
    058 FIFO_RD 05c SPINLOCK_ST 080 INTERP0_ACCUM0 084 INTERP0_ACCUM1 088 INTERP0_BASE0 08c INTERP0_BASE1 \
    090 INTERP0_BASE2 094 INTERP0_POP_LANE0 098 INTERP0_POP_LANE1 09c INTERP0_POP_FULL 0a0 INTERP0_PEEK_LANE0 \
    0a4 INTERP0_PEEK_LANE1 0a8 INTERP0_PEEK_FULL 0ac INTERP0_CTRL_LANE0 0b0 INTERP0_CTRL_LANE1 0b4 INTERP0_ACCUM0_ADD \
    0b8 INTERP0_ACCUM1_ADD 0bc INTERP0_BASE_1AND0 0c0 INTERP1_ACCUM0 0c4 INTERP1_ACCUM1 0c8 INTERP1_BASE0 \
    0cc INTERP1_BASE1 0d0 INTERP1_BASE2 0d4 INTERP1_POP_LANE0 0d8 INTERP1_POP_LANE1 0dc INTERP1_POP_FULL \
    0e0 INTERP1_PEEK_LANE0 0e4 INTERP1_PEEK_LANE1 0e8 INTERP1_PEEK_FULL 0ec INTERP1_CTRL_LANE0 0f0 INTERP1_CTRL_LANE1 \
    0f4 INTERP1_ACCUM0_ADD 0f8 INTERP1_ACCUM1_ADD 0fc INTERP1_BASE_1AND0 100 DOORBELL_OUT_SET 184 DOORBELL_OUT_CLR \
    188 DOORBELL_IN_SET 18c DOORBELL_IN_CLR 190 PERI_NONSEC 1a0 RISCV_SOFTIRQ 1a4 MTIME_CTRL 1b0 MTIME 1b4 MTIMEH \
    1b8 MTIMECMP 1bc MTIMECMPH 1c0 TMDS_CTRL 1c4 TMDS_WDATA 1c8 TMDS_PEEK_SINGLE 1cc TMDS_POP_SINGLE \
    1d0 TMDS_PEEK_DOUBLE_L0 1d4 TMDS_POP_DOUBLE_L0 1d8 TMDS_PEEK_DOUBLE_L1 1dc TMDS_POP_DOUBLE_L1 1e0 TMDS_PEEK_DOUBLE_L2 \
    1e4 TMDS_POP_DOUBLE_L2";

const ROSC: &str = "\
    000 CTRL 004 FREQA 008 FREQB 00c RANDOM 010 DORMANT 014 DIV 018 PHASE 01c STATUS 020 RANDOMBIT 024 COUNT";

#[cfg(test)]
mod tests {
    use super::register;

    #[test]
    fn a_register_has_the_name_of_the_data_sheet() {
        assert_eq!(register("I2C1", 0x80), "IC_TX_ABRT_SOURCE");
        assert_eq!(register("IO_BANK0", 0x2c), "GPIO5_CTRL");
        assert_eq!(register("IO_BANK0", 0x24c), "PROC0_INTE1");
        assert_eq!(register("PADS_BANK0", 0x18), "GPIO5");
        assert_eq!(register("PWM", 0x24), "CH1_TOP");
        assert_eq!(register("SIO", 0x17c), "SPINLOCK31");
        assert_eq!(register("TICKS", 0x1c), "TIMER0_CYCLES");
        assert_eq!(register("PLL_USB", 0xc), "PRIM");
        assert_eq!(register("UART0", 0x14), "0x014");
    }
}
