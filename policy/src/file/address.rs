//! I2C addresses: which of them a label may reach, and which of them nobody may.

use std::ops::RangeInclusive;

use super::problem::{Finding, Span};
use super::reader::Value;
use super::schema::{Form, Key};
use crate::model::{Access, AddressGrant, display, eight_bit_form_of, reserved};

/// The greatest address of seven bits.
const LAST_SEVEN_BIT: u16 = 0x7f;
/// The greatest address of ten bits.
pub(crate) const LAST_TEN_BIT: u16 = 0x3ff;
/// The addresses that are free for targets.
/// UM10204 (I2C-bus specification and user manual) Rev. 7.0, section 3.1.12.
const ORDINARY: RangeInclusive<u16> = 0x08..=0x77;

/// The keys of `allow`.
pub(crate) const KEYS: [Key; 3] = [
    Key::new("address", Form::Addresses, "an address, or a range such as \"0x50-0x57\"").required(),
    Key::choice("access", &["read-write", "read-only"], "what may be done there"),
    Key::switch("ten-bit", "true for addresses of ten bits"),
];

/// Returns what a reserved 7-bit address does, as a phrase that begins with a verb.
fn reserved_for(address: u16) -> Option<&'static str> {
    reserved(u8::try_from(address).ok()?)
}

/// Says that `address` is the eight-bit form of `meant`.
fn with_the_bit(meant: u16, address: u16) -> String {
    format!("{address:#04x} is {meant:#04x} with the read/write bit: write {meant:#04x}")
}

/// Returns what to do about an address that cannot be granted, and is meant for another.
fn meant(address: u16, ten_bit: bool) -> Option<String> {
    match eight_bit_form_of(address) {
        _ if ten_bit => None,
        Some(meant) => Some(with_the_bit(meant.into(), address)),
        None if (LAST_SEVEN_BIT + 1..=LAST_TEN_BIT).contains(&address) => {
            Some(format!("write a 10-bit address as {{ address = {address:#05x}, ten-bit = true }}"))
        }
        None => None,
    }
}

/// Reads `allow`. What overlaps, and what is reserved, is refused.
pub(crate) fn read_allow(value: &Value<'_>) -> Vec<AddressGrant> {
    let mut grants: Vec<(AddressGrant, Span)> = Vec::new();
    for element in value.list().unwrap_or_default() {
        let Some(grant) = read_grant(&element) else { continue };
        if let Some((other, other_span)) = grants.iter().find(|(other, _)| other.overlaps(&grant)) {
            let message = format!("address {} is granted twice", display(&other.common(&grant), grant.ten_bit));
            let finding = Finding::new(message, element.span.clone(), "granted again");
            value.report(finding.and(other_span.clone(), "granted here").help("list each address once"));
        } else {
            // None overlaps another, so that there are never many to compare the next one with.
            grants.push((grant, element.span.clone()));
        }
    }
    grants.into_iter().map(|(grant, _)| grant).collect()
}

fn read_grant(value: &Value<'_>) -> Option<AddressGrant> {
    if !value.is_table() {
        let addresses = read_addresses(value, false)?;
        return Some(AddressGrant { addresses, ten_bit: false, access: Access::ReadWrite });
    }
    let table = value.table(value.name.clone())?;
    let ten_bit = table.get("ten-bit").and_then(|value| value.boolean()).unwrap_or(false);
    let addresses = table.require("address", "a number, or a range such as \"0x50-0x57\"");
    let addresses = addresses.and_then(|value| read_addresses(&value, ten_bit));
    let access = table
        .get("access")
        .map(|value| value.choice(&[("read-write", Access::ReadWrite), ("read-only", Access::ReadOnly)]));
    table.finish();
    Some(AddressGrant { addresses: addresses?, ten_bit, access: access.unwrap_or(Some(Access::default()))? })
}

/// Reads the address of a part, which has no others than `possible`.
pub(crate) fn read_part_address(value: &Value<'_>, possible: &RangeInclusive<u16>) -> Option<u8> {
    let address: Option<u16> = value.as_integer();
    if let Some(address) = address.filter(|address| possible.contains(address)) {
        return u8::try_from(address).ok();
    }
    if value.is_integer() {
        let help = address.and_then(eight_bit_form_of).map(u16::from).filter(|meant| possible.contains(meant));
        let help = help.zip(address).map(|(meant, address)| with_the_bit(meant, address));
        value.refuse(&format!("must be an address of this part: {}", display(possible, false)), help);
    } else {
        value.refuse("must be an address, such as 0x76", None);
    }
    None
}

/// Reads one address or a range of them.
pub(crate) fn read_addresses(value: &Value<'_>, ten_bit: bool) -> Option<RangeInclusive<u16>> {
    let last = if ten_bit { LAST_TEN_BIT } else { LAST_SEVEN_BIT };
    let ordinary = if ten_bit { display(&(0..=last), true) } else { display(&ORDINARY, false) };
    if value.is_integer() {
        let address: Option<u16> = value.as_integer();
        let Some(address) = address.filter(|address| *address <= last) else {
            let help = address.and_then(|address| meant(address, ten_bit));
            value.refuse(&format!("must be an address: {ordinary}"), help);
            return None;
        };
        if let (false, Some(reason)) = (ten_bit, reserved_for(address)) {
            value.refuse(&format!("is reserved address {address:#04x}: it {reason}"), meant(address, ten_bit));
            return None;
        }
        return Some(address..=address);
    }
    let Some(text) = value.as_text() else {
        value.refuse("must be an address (0x76), a range (\"0x50-0x57\") or a table { address = 0x50 }", None);
        return None;
    };
    let (first, end) = text.split_once('-').unwrap_or((text, text));
    let range = parse(first).zip(parse(end)).filter(|(first, end)| first <= end && *end <= last);
    let Some((first, end)) = range else {
        let help = format!("addresses are {ordinary}; write the lower one first");
        value.refuse(&format!("must be a range of addresses, not \"{}\"", text.escape_debug()), Some(help));
        return None;
    };
    let outside = (first..=end).find(|address| !ten_bit && !ORDINARY.contains(address));
    if let Some((address, reason)) = outside.and_then(|address| Some((address, reserved_for(address)?))) {
        let help = format!("a range must be within {}", display(&ORDINARY, false));
        value.refuse(&format!("contains reserved address {address:#04x}: it {reason}"), Some(help));
        return None;
    }
    Some(first..=end)
}

fn parse(text: &str) -> Option<u16> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u16::from_str_radix(digits, 16).ok(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}
