"""The library from Python, by ctypes: check.py LIBRARY READS.wasm"""

import ctypes
import sys


class Operation(ctypes.Structure):
    _fields_ = [("bytes", ctypes.POINTER(ctypes.c_uint8)), ("len", ctypes.c_size_t), ("write", ctypes.c_bool)]


TRANSACTION = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_bool, ctypes.POINTER(Operation), ctypes.c_size_t
)


class I2c(ctypes.Structure):
    _fields_ = [("transaction", TRANSACTION)]


def transaction(context, address, ten_bit, operations, count):
    for operation in operations[:count]:
        if not operation.write:
            for at in range(operation.len):
                operation.bytes[at] = b"py"[at]
    return 0


library = ctypes.CDLL(sys.argv[1])
library.we_end_stdout.restype = ctypes.c_void_p
host, end, why, length = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_char_p(), ctypes.c_size_t()
policy = b"[i2c.sensor]\nsim = true\nallow = [0x48]\n"
table = I2c(TRANSACTION(transaction))
assert library.we_host_new(b"check.py", policy, ctypes.byref(host), ctypes.byref(why)) == 0, why.value
assert library.we_host_i2c(host, b"sensor", ctypes.byref(table), None, ctypes.byref(why)) == 0, why.value
assert library.we_run_file(host, sys.argv[2].encode(), None, ctypes.byref(end), ctypes.byref(why)) == 0, why.value
said = library.we_end_stdout(end, ctypes.byref(length))
assert ctypes.string_at(said, length.value) == b"py", (said, length.value)
assert library.we_end_status(end) == 0
library.we_end_free(end)
library.we_host_free(host)
