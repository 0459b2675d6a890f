"""TLS 1.2 handshakes for wire.py, as far as they are in clear: hellos, a certificate, alerts
(RFC 5246, RFC 6066, RFC 5280). Nothing is signed and no key fits: nobody here verifies anything.
"""
import struct
import time


def record(kind, data):
    return struct.pack('!BHH', kind, 0x0303, len(data)) + data


def message(kind, data):
    return record(22, struct.pack('!I', kind << 24 | len(data)) + data)


def client_hello(sni):
    name = sni.encode()
    entry = struct.pack('!HBH', len(name) + 3, 0, len(name)) + name
    extensions = struct.pack('!HH', 0, len(entry)) + entry
    return message(1, b'\x03\x03' + bytes(32) + b'\0' + struct.pack('!HH', 2, 0xc02f) + b'\x01\0' +
                   struct.pack('!H', len(extensions)) + extensions)


def server_hello():
    return message(2, b'\x03\x03' + bytes(32) + b'\0' + struct.pack('!HBH', 0xc02f, 0, 0))


def der(tag, *parts):
    data = b''.join(parts)
    n = len(data)
    size = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + size + data


def certificate(name, until):
    """One whose year ends at the time `until`, seconds since 1970."""
    def day(at):
        return der(0x17, time.strftime('%y%m%d%H%M%SZ', time.gmtime(at)).encode())

    def entity(cn):
        return der(0x30, der(0x31, der(0x30, der(6, b'\x55\x04\x03'), der(12, cn.encode()))))
    kind = der(0x30, der(6, bytes.fromhex('2a8648ce3d040302')))
    key = der(0x30, der(0x30, der(6, bytes.fromhex('2a8648ce3d0201'))), der(3, bytes(2)))
    body = der(0x30, der(0xa0, der(2, b'\x02')), der(2, b'\x07'), kind, entity('Example CA'),
               der(0x30, day(until - 365 * 86400), day(until)), entity(name), key)
    whole = der(0x30, body, kind, der(3, bytes(2)))
    one = struct.pack('!I', len(whole))[1:] + whole
    return message(11, struct.pack('!I', len(one))[1:] + one)


def finished():
    """The change of ciphers and what follows it, which nobody can read."""
    return record(20, b'\x01') + record(22, bytes(40))


def alert(number):
    return record(21, bytes([2, number]))
