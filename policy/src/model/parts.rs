//! Simulated parts as bytes, for boards that simulate: what a part is and how it is set, whatever its model.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_embedded_sim::model::{Course, Input, PartSpec, Settings, Shape, Value, Wiring};
use wasm_embedded_sim::parts::ds3231::DateTime;

use crate::codec::{Damaged, Field, array, fields, get_len, put_list, variants};

fields! {
    PartSpec { name, model, wiring, nets, settings, controls }
    Course { shape, step }
}

variants! {
    Wiring { 0 => I2c { bus, address }, 1 => Spi { label, select }, 2 => Nets, 3 => Uart { label } }
    Input { 0 => Value { value }, 1 => Course { course } }
    Shape {
        0 => Points { points },
        1 => Sine { mean, amplitude, period_ns },
        2 => Noise { mean, amplitude, every_ns, seed }
    }
}

impl Field for Settings {
    fn put(&self, out: &mut Vec<u8>) {
        put_list(self.entries(), out);
    }

    fn get(bytes: &mut &[u8]) -> Result<Settings, Damaged> {
        get_settings(bytes, false)
    }
}

/// Takes settings. A table in a list holds no further lists, so that no image makes the firmware call itself without end.
fn get_settings(bytes: &mut &[u8], in_list: bool) -> Result<Settings, Damaged> {
    (0..get_len(bytes)?).map(|_| Ok((String::get(bytes)?, get_value(bytes, in_list)?))).collect()
}

impl Field for Value {
    fn put(&self, out: &mut Vec<u8>) {
        let mut put = |number: u8, value: &dyn Fn(&mut Vec<u8>)| {
            number.put(out);
            value(out);
        };
        match self {
            Value::Number(number) => put(0, &|out| number.put(out)),
            Value::Integer(number) => put(1, &|out| number.put(out)),
            Value::Switch(on) => put(2, &|out| on.put(out)),
            Value::Text(text) => put(3, &|out| text.put(out)),
            Value::Bytes(bytes) => put(4, &|out| bytes.put(out)),
            Value::Time(time) => put(5, &|out| out.extend(time.to_bytes())),
            Value::Records(records) => put(6, &|out| records.put(out)),
        }
    }

    fn get(bytes: &mut &[u8]) -> Result<Value, Damaged> {
        get_value(bytes, false)
    }
}

fn get_value(bytes: &mut &[u8], in_list: bool) -> Result<Value, Damaged> {
    Ok(match u8::get(bytes)? {
        0 => Value::Number(Field::get(bytes)?),
        1 => Value::Integer(Field::get(bytes)?),
        2 => Value::Switch(Field::get(bytes)?),
        3 => Value::Text(Field::get(bytes)?),
        4 => Value::Bytes(Field::get(bytes)?),
        5 => Value::Time(DateTime::from_bytes(array(bytes)?).map_err(|_| Damaged)?),
        6 if !in_list => {
            let records: Result<_, Damaged> = (0..get_len(bytes)?).map(|_| get_settings(bytes, true)).collect();
            Value::Records(records?)
        }
        _ => return Err(Damaged),
    })
}
