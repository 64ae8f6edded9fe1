// What calls return, and where their lists go.

/** Where the host writes what a call returns: 24 bytes. */
export const RETURNED: usize = memory.data(24, 8);

let place: usize = 0;
let room: usize = 0;

/** The host asks here where to put a list that it returns: in the buffer of the caller, who asked for no more than it holds. */
export function cabi_import_realloc(old: usize, oldLen: usize, align: usize, len: usize): usize {
  if (len > room) unreachable();
  return place;
}

/** Has the next list written into a buffer. */
export function replyInto(into: Uint8Array): void {
  place = into.dataStart;
  room = into.length;
}

/** Returns 0 for success, or 1 and the number of the error that stands `at` bytes into what the call returned. */
export function outcome(at: usize): u32 {
  return load<u8>(RETURNED) == 0 ? 0 : 1 + <u32>load<u8>(RETURNED + at);
}
