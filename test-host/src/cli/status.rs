//! Exit statuses. A guest's own are 0 for success and 1 for failure; these stay clear of them, and of a shell's.

/// A device did not answer, or failed, when this program used it itself.
pub(super) const DEVICE: u8 = 1;
/// The command line is wrong (`EX_USAGE` of sysexits.h).
pub(super) const USAGE: u8 = 64;
/// A scripted part was not kept to, or not used up.
pub(super) const SCRIPT: u8 = 117;
/// The guest ran into a limit of the policy.
pub(super) const LIMIT: u8 = 118;
/// The host failed: something cannot be written, or a part of it panicked.
pub(super) const HOST: u8 = 119;
/// The policy is refused, or what it names cannot be opened.
pub(super) const POLICY: u8 = 120;
/// There is no component, or it cannot be linked.
pub(super) const COMPONENT: u8 = 121;
/// The guest trapped.
pub(super) const TRAP: u8 = 122;
/// The guest's time was over.
pub(super) const TIMEOUT: u8 = 123;
/// What is added to the number of a signal that stopped the guest, as every shell and service manager reports it: SIGINT is 130.
pub(super) const SIGNALLED: i32 = 128;
/// Nobody reads the output any more: what a shell reports for a program that SIGPIPE ended.
pub(super) const PIPE: u8 = 141;

/// The statuses as `help run` lists them.
pub(super) const HELP: &str = "\
Exit status:
    0  the guest ended successfully; 1, or any other not listed here, is the guest's own
   64  the command line is wrong
  117  a scripted part expected something else, or more; the guest itself ended successfully
  118  the guest was stopped at a limit: the message says which key of [limits] raises it
  119  a file, or the output, cannot be written; or the host panicked, which is a fault of its own
  120  there is no policy, or it is refused, or its hardware cannot be opened
  121  there is no component, or it imports what there is not
  122  the guest trapped (a panic is a trap)
  123  the guest's time was over, which --timeout gave it
  128+N  a signal stopped the guest, N is its number: 129 for SIGHUP, 130 for SIGINT (Ctrl-C), 143 for SIGTERM
  141  nobody reads the output any more";

/// The statuses of the commands that use a label themselves.
pub(super) const DIRECT_HELP: &str = "\
Exit status:
    0  on success
    1  the device did not answer, or failed
   64  the command line is wrong, or the policy has no such label
  119  a file, or the output, cannot be written
  120  the policy is refused, its hardware cannot be opened, or it does not grant this";
