//! Motors, through bridges with PWM.

use crate::{drivers, output, pwm};

drivers! {
    "drv8833-driver" "0.1.0" drv8833,
    "tb6612fng" "1.0.0" tb6612fng,
}

fn drv8833() -> Option<()> {
    use drv8833_driver::MotorDriver;
    use wasm_embedded_hal::InputPin;

    MotorDriver::new_pwm_split(pwm()?, pwm()?, pwm()?, pwm()?, output(), None::<InputPin>);
    Some(())
}

fn tb6612fng() -> Option<()> {
    use tb6612fng::{DriveCommand, Motor, Tb6612fng};

    let motor = || Motor::new(output()?, output()?, pwm()?).ok();
    let mut motors = Tb6612fng::new(motor()?, motor()?, output()?).ok()?;
    motors.motor_a.drive(DriveCommand::Forward(50)).ok()?;
    motors.enable_standby().ok()
}
