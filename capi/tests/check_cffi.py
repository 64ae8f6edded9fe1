"""The library from Python, by cffi and the header itself: check_cffi.py LIBRARY HEADER GUEST.wasm

The guest is `thermometer` of the repository's examples, and its LM75 is a function of this program.
"""

import re
import sys

import cffi

library_path, header_path, guest = sys.argv[1:]
with open(header_path) as header:
    text = header.read()
# cffi reads C without directives, and without what is for C++.
text = re.sub(r"#ifdef __cplusplus\n.*?#endif[^\n]*\n", "", text, flags=re.DOTALL)
ffi = cffi.FFI()
ffi.cdef("\n".join(line for line in text.splitlines() if not line.startswith("#")))
library = ffi.dlopen(library_path)

# 21.5, 75 and 80 degC: the upper byte is whole degrees.
REGISTERS = [b"\x15\x80", b"\0\0", b"\x4b\0", b"\x50\0"]
pointer = 0


@ffi.callback("int32_t(void *, uint16_t, bool, const WeI2cOperation *, size_t)")
def transaction(context, address, ten_bit, operations, count):
    global pointer
    if ten_bit or address != 0x48:
        return library.WE_ERROR_NO_ACK_ADDRESS
    for operation in operations[0:count]:
        if operation.write:
            pointer = operation.bytes[0] & 3 if operation.len else pointer
        else:
            for at in range(operation.len):
                operation.bytes[at] = REGISTERS[pointer][at % 2]
    return library.WE_ERROR_NONE


def call(function, *arguments):
    """Calls a function of the library, and raises its own words if it fails."""
    why = ffi.new("char **")
    if function(*arguments, why) != library.WE_RESULT_OK:
        words = ffi.string(why[0]).decode()
        library.we_string_free(why[0])
        raise RuntimeError(words)


host, end, length = ffi.new("WeHost **"), ffi.new("WeEnd **"), ffi.new("size_t *")
table = ffi.new("WeI2c *", {"transaction": transaction})
options = ffi.new("WeOptions *", {"timeout_ns": 10_000_000_000})
policy = b'[i2c.thermometer]\nsim = true\nallow = [0x48]\n'
call(library.we_host_new, b"check_cffi.py", policy, host)
call(library.we_host_i2c, host[0], b"thermometer", table, ffi.NULL)
call(library.we_run_file, host[0], guest.encode(), options, end)
said = ffi.buffer(library.we_end_stdout(end[0], length), length[0])[:].decode()
assert "21.5" in said, said
assert library.we_end_ending(end[0]) == library.WE_ENDING_STATUS, ffi.string(library.we_end_message(end[0]))
assert library.we_end_status(end[0]) == 0
library.we_end_free(end[0])
library.we_host_free(host[0])
try:
    call(library.we_host_load, b"/nowhere/board.toml", host)
except RuntimeError as error:
    assert "/nowhere/board.toml" in str(error), error
else:
    raise AssertionError("a policy that is not there was loaded")
