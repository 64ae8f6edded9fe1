//! Published drivers for displays and flash memory, unchanged, over the simulated buses; and parts on pins.

use embedded_graphics::framebuffer::{Framebuffer, buffer_size};
use embedded_graphics::image::GetPixel;
use embedded_graphics::mono_font::{MonoTextStyle, ascii::FONT_6X10};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::pixelcolor::raw::{BigEndian, RawU1};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle};
use embedded_graphics::text::Text;
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, OutputPin, PinState};
use embedded_hal::i2c::I2c;
use embedded_hal::spi::{MODE_0, MODE_3, SpiDevice};
use ssd1306::command::AddrMode;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::{
    Brightness, DisplayRotation, DisplaySize, DisplaySize64x32, DisplaySize64x48, DisplaySize72x40, DisplaySize96x16,
    DisplaySize128x32, DisplaySize128x64, SPIInterface, WriteOnlyDataCommand,
};
use ssd1306::{I2CDisplayInterface, Ssd1306 as Driver};
use w25q32jv::W25q32jv;
use wasm_embedded_sim::parts::scripted::{I2cStep, SpiStep};
use wasm_embedded_sim::parts::ssd1306::{Frame, Panel};
use wasm_embedded_sim::parts::{Button, Led, Scripted, Ssd1306, W25q};
use wasm_embedded_sim::{Drive, Level, PartId, Pull, Sim, SpiSelectId, SpiSettings};

const N: usize = buffer_size::<BinaryColor>(128, 128);
type Reference = Framebuffer<BinaryColor, RawU1, BigEndian, 128, 128, N>;

const ROTATIONS: [DisplayRotation; 4] =
    [DisplayRotation::Rotate0, DisplayRotation::Rotate90, DisplayRotation::Rotate180, DisplayRotation::Rotate270];

/// A picture that is the same in no two orientations, up to every edge.
fn draw<D: DrawTarget<Color = BinaryColor>>(target: &mut D, size: Size) -> Result<(), D::Error> {
    let (width, height) = (i32::try_from(size.width).unwrap_or(0), i32::try_from(size.height).unwrap_or(0));
    let stroke = PrimitiveStyle::with_stroke(BinaryColor::On, 1);
    Line::new(Point::zero(), Point::new(width - 1, height - 1)).into_styled(stroke).draw(target)?;
    Line::new(Point::new(width - 1, 0), Point::new(width - 1, height - 1)).into_styled(stroke).draw(target)?;
    Line::new(Point::new(3, height - 1), Point::new(width - 1, height - 1)).into_styled(stroke).draw(target)?;
    Circle::new(Point::new(width / 2, 2), 11).into_styled(stroke).draw(target)?;
    Text::new("21.5 C", Point::new(1, 9), MonoTextStyle::new(&FONT_6X10, BinaryColor::On)).draw(target)?;
    Ok(())
}

/// Draws with the driver, and compares every pixel of the glass with embedded-graphics' own framebuffer.
fn compare<DI: WriteOnlyDataCommand, S: DisplaySize>(
    mut driver: Driver<DI, S, BufferedGraphicsMode<S>>,
    frame: impl Fn() -> Frame,
) {
    let rotation = driver.rotation();
    driver.init().expect("the display answers");
    driver.flush().expect("the display answers");
    assert_eq!(frame().lit(), 0, "a cleared display is dark");
    let size = driver.size();
    draw(&mut driver, size).expect("drawing into the driver's buffer");
    driver.flush().expect("the display answers");
    let mut reference = Reference::new();
    draw(&mut reference, size).expect("drawing into memory");
    let frame = frame();
    assert_eq!((frame.width, frame.height), (usize::from(S::WIDTH), usize::from(S::HEIGHT)));
    let (right, bottom) = (frame.width - 1, frame.height - 1);
    let mut lit = 0;
    for (x, y) in (0..frame.width).flat_map(|x| (0..frame.height).map(move |y| (x, y))) {
        // Where the pixel at (x, y) of the glass is in the rotated picture.
        let (u, v) = match rotation {
            DisplayRotation::Rotate0 => (x, y),
            DisplayRotation::Rotate90 => (y, right - x),
            DisplayRotation::Rotate180 => (right - x, bottom - y),
            DisplayRotation::Rotate270 => (bottom - y, x),
        };
        let point = Point::new(i32::try_from(u).unwrap_or(-1), i32::try_from(v).unwrap_or(-1));
        let expected = reference.pixel(point) == Some(BinaryColor::On);
        assert_eq!(frame.pixel(x, y), expected, "({x}, {y}), {rotation:?}\n{frame}");
        lit += usize::from(expected);
    }
    assert!(lit > 50 && lit == frame.lit());
}

fn frame(sim: &Sim, part: PartId) -> Frame {
    sim.with_part(part, |part: &mut Ssd1306, board| part.frame(board.now_ns())).expect("the part is a display")
}

fn compare_over_i2c<S: DisplaySize + Copy>(panel: Panel, size: S) {
    for rotation in ROTATIONS {
        let sim = Sim::new();
        let bus = sim.i2c_bus("board", 400_000);
        let part = sim.add_i2c(bus, Ssd1306::i2c(panel, 0x3c).expect("a possible address"));
        let interface = I2CDisplayInterface::new(sim.i2c(bus));
        compare(Driver::new(interface, size, rotation).into_buffered_graphics_mode(), || frame(&sim, part));
    }
}

#[test]
fn every_size_of_display_shows_what_is_drawn_over_i2c() {
    compare_over_i2c(Panel::OLED_128X64, DisplaySize128x64);
    compare_over_i2c(Panel::OLED_128X32, DisplaySize128x32);
    compare_over_i2c(Panel::OLED_96X16, DisplaySize96x16);
    compare_over_i2c(Panel::OLED_72X40, DisplaySize72x40);
    compare_over_i2c(Panel::OLED_64X48, DisplaySize64x48);
    compare_over_i2c(Panel::OLED_64X32, DisplaySize64x32);
}

#[test]
fn a_pmod_oled_shows_what_is_drawn_over_spi() {
    for rotation in ROTATIONS {
        let sim = Sim::new();
        let bus = sim.spi_bus("spi");
        let settings = SpiSettings { frequency_hz: 8_000_000, mode: MODE_3, ..SpiSettings::default() };
        let select = sim.spi_select(bus, "oled", settings);
        let [dc, reset, vbatc, vddc] = ["DC", "RES", "VBATC", "VDDC"].map(|name| sim.net(name));
        for net in [vbatc, vddc] {
            sim.set_pull(net, Pull::Up);
        }
        let module = Ssd1306::spi(Panel::OLED_128X32, dc).with_reset(reset).with_vbatc(vbatc).with_vddc(vddc);
        let part = sim.add_spi(select, module);
        let interface = SPIInterface::new(sim.spi_device(select), sim.output(dc, Level::Low));
        let mut driver = Driver::new(interface, DisplaySize128x32, rotation).into_buffered_graphics_mode();
        let _logic = sim.output(vddc, Level::Low);
        let mut reset = sim.output(reset, Level::High);
        driver.reset(&mut reset, &mut sim.delay()).expect("an output");
        let _panel = sim.output(vbatc, Level::Low);
        sim.delay().delay_ms(100);
        compare(driver, || frame(&sim, part));
    }
}

#[test]
fn a_partial_flush_changes_only_its_part() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let part = sim.add_i2c(bus, Ssd1306::i2c(Panel::OLED_128X64, 0x3d).expect("a possible address"));
    let interface = I2CDisplayInterface::new_alternate_address(sim.i2c(bus));
    let mut driver = Driver::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    driver.init().expect("the display answers");
    driver.flush().expect("the display answers");
    driver.set_pixel(70, 41, true);
    driver.flush().expect("the display answers");
    driver.set_pixel(5, 6, true);
    driver.flush().expect("the display answers");
    let shown = frame(&sim, part);
    assert!(shown.pixel(70, 41) && shown.pixel(5, 6));
    assert_eq!(shown.lit(), 2);
    driver.set_invert(true).expect("the display answers");
    assert_eq!(frame(&sim, part).lit(), 128 * 64 - 2);
    driver.set_brightness(Brightness::BRIGHTEST).expect("the display answers");
    assert_eq!(sim.with_part(part, |part: &mut Ssd1306, _| part.contrast()), Some(255));
    assert_eq!(frame(&sim, part).contrast, 255);
    driver.set_display_on(false).expect("the display answers");
    assert_eq!(frame(&sim, part).lit(), 0);
}

#[test]
fn text_in_page_addressing_mode_is_where_the_cursor_was() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let part = sim.add_i2c(bus, Ssd1306::i2c(Panel::OLED_128X64, 0x3c).expect("a possible address"));
    let interface = I2CDisplayInterface::new(sim.i2c(bus));
    let mut driver = Driver::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_terminal_mode();
    driver.init().expect("the display answers");
    driver.clear().expect("the display answers");
    driver.set_position(15, 2).expect("a place on the display");
    driver.print_char('A').expect("the display answers");
    driver.print_char('A').expect("the display answers");
    // The last column of row 2 and the first of row 3, each bit as in the driver's font.
    let shown = frame(&sim, part);
    let glyph = [0_u8, 0x3e, 0x09, 0x09, 0x09, 0x09, 0x3e, 0];
    for (column, bits) in glyph.into_iter().enumerate() {
        for row in 0..8 {
            let expected = bits >> row & 1 == 1;
            assert_eq!(shown.pixel(120 + column, 16 + row), expected);
            assert_eq!(shown.pixel(column, 24 + row), expected);
        }
    }
    assert_eq!(shown.lit(), 36);
}

#[test]
fn vertical_addressing_fills_columns_first() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let part = sim.add_i2c(bus, Ssd1306::i2c(Panel::OLED_128X64, 0x3c).expect("a possible address"));
    let mut driver = Driver::new(I2CDisplayInterface::new(sim.i2c(bus)), DisplaySize128x64, DisplayRotation::Rotate0);
    driver.init_with_addr_mode(AddrMode::Vertical).expect("the display answers");
    driver.set_draw_area((0, 0), (128, 64)).expect("the display answers");
    driver.draw(&[0; 1024]).expect("the display answers");
    driver.set_draw_area((10, 8), (12, 24)).expect("the display answers");
    driver.draw(&[0x01, 0x02, 0x04, 0x08]).expect("the display answers");
    let shown = frame(&sim, part);
    assert!(shown.pixel(10, 8) && shown.pixel(10, 17) && shown.pixel(11, 10) && shown.pixel(11, 19));
    assert_eq!(shown.lit(), 4);
}

/// A flash memory with both its pins connected.
fn flash() -> (Sim, SpiSelectId, PartId) {
    let sim = Sim::new();
    let bus = sim.spi_bus("spi");
    let select = sim.spi_select(bus, "flash", SpiSettings { frequency_hz: 20_000_000, ..SpiSettings::default() });
    let part = W25q::w25q32().with_hold(sim.net("HOLD")).with_write_protect(sim.net("WP"));
    let part = sim.add_spi(select, part);
    (sim, select, part)
}

#[test]
fn w25q32jv_writes_reads_and_erases() {
    let (sim, select, part) = flash();
    let pins = ["HOLD", "WP"].map(|name| sim.output(sim.net(name), Level::Low));
    let [hold, wp] = pins;
    let mut driver = W25q32jv::new(sim.spi_device(select), hold, wp).expect("two outputs");
    let data: Vec<u8> = (0..1000_u16).map(|index| index.to_be_bytes()[1] ^ index.to_be_bytes()[0]).collect();
    let start_ns = sim.now_ns();
    driver.write_blocking(0x00_1f80, &data).expect("the driver reads back what it wrote");
    assert!(sim.now_ns() - start_ns > 5 * 700_000, "five pages take their time");
    let mut read = vec![0; 1000];
    driver.read(0x00_1f80, &mut read).expect("a flash memory");
    assert_eq!(read, data);
    let start_ns = sim.now_ns();
    driver.erase_sector(2).expect("the driver reads back that it is erased");
    assert!(sim.now_ns() - start_ns > 45_000_000);
    driver.read(0x00_1f80, &mut read).expect("a flash memory");
    assert_eq!(read[..128], data[..128]);
    assert!(read[128..].iter().all(|&byte| byte == 0xff));
    driver.erase_block_32k(0).expect("the driver reads back that it is erased");
    driver.erase_block_64k(63).expect("the driver reads back that it is erased");
    driver.erase_range(0x3000, 0x5000).expect("the driver reads back that it is erased");
    let erased = sim.with_part(part, |part: &mut W25q, _| part.bytes().iter().all(|&byte| byte == 0xff));
    assert_eq!(erased, Some(true));
}

#[test]
fn w25q32jv_finds_a_powered_down_chip_deaf() {
    let (sim, select, _part) = flash();
    let pins = ["HOLD", "WP"].map(|name| sim.output(sim.net(name), Level::Low));
    let [hold, wp] = pins;
    let mut driver = W25q32jv::new(sim.spi_device(select), hold, wp).expect("two outputs");
    let id = driver.device_id().expect("a flash memory");
    assert_ne!(id, [0xff; 8]);
    driver.enable_power_down_mode().expect("a flash memory");
    assert_eq!(driver.device_id().expect("the bus works"), [0xff; 8]);
    driver.disable_power_down_mode().expect("a flash memory");
    sim.delay().delay_us(3);
    assert_eq!(driver.device_id().expect("a flash memory"), id);
    driver.reset().expect("a flash memory");
    sim.delay().delay_us(30);
    assert_eq!(driver.device_id().expect("a flash memory"), id);
    driver.set_hold(PinState::Low).expect("an output");
    assert_eq!(driver.device_id().expect("the bus works"), [0xff; 8]);
}

#[test]
fn a_program_sees_a_button_and_lights_a_led() {
    let sim = Sim::new();
    let [button_net, led_net] = ["BUTTON", "LED"].map(|name| sim.net(name));
    sim.set_pull(button_net, Pull::Up);
    let button = Button::new(button_net, Level::Low).with_bounce(3, 200_000);
    sim.add(button.with_presses(&[(10_000_000, 30_000_000)]).expect("the times are in order"));
    let led_part = sim.add(Led::new(led_net, Level::High));
    let (mut input, mut output, mut delay) = (sim.input(button_net), sim.output(led_net, Level::Low), sim.delay());
    for _ in 0..10 {
        output.set_state(input.is_low().expect("an input").into()).expect("an output");
        delay.delay_ms(5);
    }
    let seen = sim.with_part(led_part, |led: &mut Led, _| (led.changes(), led.history().collect::<Vec<_>>()));
    let (changes, history) = seen.expect("the part is a led");
    assert_eq!(changes, 2);
    assert!(history[1].1 && (10_000_000..16_000_000).contains(&history[1].0), "{history:?}");
    assert!(!history[2].1 && (30_000_000..36_000_000).contains(&history[2].0), "{history:?}");
}

#[test]
fn a_button_can_be_pressed_by_a_stimulus() {
    let sim = Sim::new();
    let net = sim.net("BUTTON");
    let part = sim.add(Button::new(net, Level::High));
    sim.schedule(1_000, move |stage| {
        stage.with_part(part, |button: &mut Button, board| button.press(board));
    });
    assert_eq!(sim.level(net), Level::Low);
    sim.advance_ns(1_000);
    assert_eq!(sim.level(net), Level::High);
    sim.with_part(part, |button: &mut Button, board| button.release(board));
    assert_eq!(sim.level(net), Level::Low);
    sim.schedule(2_000, move |stage| stage.drive(net, Drive::High));
    sim.advance_ns(1_000);
    assert_eq!(sim.level(net), Level::High);
}

#[test]
fn lm75_reads_a_map_of_registers() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 100_000);
    let map = [(0, vec![0x19, 0x80]), (1, vec![0x00]), (2, vec![0x4b, 0x00]), (3, vec![0x50, 0x00])];
    let part = sim.add_i2c(bus, Scripted::registers(0x48, map).expect("a possible address"));
    let mut driver = lm75::Lm75::new(sim.i2c(bus), lm75::Address::default());
    assert_eq!(driver.read_temperature().ok(), Some(25.5));
    driver.set_os_temperature(60.5).expect("a sensor");
    driver.disable().expect("a sensor");
    let registers = sim.with_part(part, |part: &mut Scripted, _| {
        part.register_map().map(|map| (map.get(1).map(<[u8]>::to_vec), map.get(3).map(<[u8]>::to_vec)))
    });
    assert_eq!(registers, Some(Some((Some(vec![0x01]), Some(vec![0x3c, 0x80])))));
}

#[test]
fn a_script_meets_the_controllers() {
    let sim = Sim::new();
    let i2c = sim.i2c_bus("board", 100_000);
    let steps = vec![I2cStep::Write(vec![0xd0]), I2cStep::Read(vec![0x60]), I2cStep::Nack, I2cStep::Write(vec![1])];
    let i2c_part = sim.add_i2c(i2c, Scripted::i2c(0x76, steps).expect("a possible address"));
    let mut controller = sim.i2c(i2c);
    let mut id = [0];
    controller.write_read(0x76_u8, &[0xd0], &mut id).expect("as in the script");
    assert_eq!(id, [0x60]);
    controller.write(0x76_u8, &[1]).expect_err("the script does not acknowledge");
    controller.write(0x76_u8, &[2]).expect_err("not as in the script");
    controller.write(0x76_u8, &[1]).expect("as in the script");
    let spi = sim.spi_bus("spi");
    let select = sim.spi_select(spi, "dev", SpiSettings::default());
    let steps = vec![SpiStep { mosi: vec![0x9f], miso: vec![0xff, 0xef] }];
    let spi_part = sim.add_spi(select, Scripted::spi(MODE_0, steps));
    let mut bytes = [0x9f, 0];
    sim.spi_device(select).transfer_in_place(&mut bytes).expect("as in the script");
    assert_eq!(bytes, [0xff, 0xef]);
    for (part, mismatches) in [(i2c_part, 1), (spi_part, 0)] {
        let seen = sim.with_part(part, |part: &mut Scripted, _| (part.finished(), part.mismatches().len()));
        assert_eq!(seen, Some((true, mismatches)));
    }
}
