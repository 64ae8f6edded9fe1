//! Exit statuses. A guest's own are 0 for success and 1 for failure; these stay clear of them, and of a shell's.

/// A device did not answer, or failed, when this program used it itself.
pub(super) const DEVICE: u8 = 1;
/// The command line is wrong (`EX_USAGE` of sysexits.h).
pub(super) const USAGE: u8 = 64;
/// The guest did something else than a recording has.
pub(super) const REPLAY: u8 = 116;
/// A scripted part expected other or more exchanges.
pub(super) const SCRIPT: u8 = 117;
/// The guest ran into a limit of the policy.
pub(super) const LIMIT: u8 = 118;
/// The host failed: something cannot be written, or a part of it panicked.
pub(super) const HOST: u8 = 119;
/// The policy is refused, or what it names cannot be opened.
pub(super) const POLICY: u8 = 120;
/// The component is missing, or cannot be linked.
pub(super) const COMPONENT: u8 = 121;
/// The guest trapped.
pub(super) const TRAP: u8 = 122;
/// The guest ran longer than its timeout.
pub(super) const TIMEOUT: u8 = 123;
/// What is added to the number of a signal that stopped the guest, as every shell and service manager reports it: SIGINT is 130.
pub(super) const SIGNALLED: i32 = 128;
/// The reader of the output closed it: what a shell reports for a program that SIGPIPE ended.
pub(super) const PIPE: u8 = 141;

/// The statuses as `help run` lists them.
pub(super) const HELP: &str = "\
Exit status:
    0  the guest succeeded; 1, or any status not listed here, comes from the guest itself
   64  the command line is wrong
  116  the guest did something else than the file of --replay or --expect has
  117  the guest succeeded, but a scripted part expected other or more exchanges
  118  the guest reached a limit and was stopped; the message names the key of [limits]
  119  a file or the output cannot be written, or the host itself panicked: please report a panic
  120  the policy is missing or refused, or its hardware cannot be opened
  121  the component is missing, or imports an interface this host lacks
  122  the guest trapped (a panic is a trap)
  123  the guest ran longer than --timeout
  128+N  signal N stopped the guest: 129 for SIGHUP, 130 for SIGINT (Ctrl-C), 143 for SIGTERM
  141  the reader of the output closed it";

/// The statuses of the commands that use a label themselves.
pub(super) const DIRECT_HELP: &str = "\
Exit status:
    0  success
    1  the device failed or did not answer
   64  the command line is wrong, or the policy lacks the label
  119  a file or the output cannot be written
  120  the policy is missing or refused, does not grant this, or its hardware cannot be opened";
