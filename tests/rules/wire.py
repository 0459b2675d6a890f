"""Packets and capture files for the language of talk.py: Ethernet, VLAN, cooked and raw links,
IPv4 and IPv6 with fragments, UDP, TCP connections, ICMP errors. Nothing here knows of SIP.

An endpoint is a pair (address, port); times are seconds from the start of the case.
"""
import hashlib
import struct
from ipaddress import ip_address

import tls

START = 1_750_000_000  # when every capture begins, seconds since 1970
LINKS = {'ethernet': 1, 'vlan': 1, 'raw': 101, 'sll': 113}
# what ICMP and ICMPv6 call the same trouble: (type, code) of each
TROUBLES = {
    'net': ((3, 0), (1, 0)), 'host': ((3, 1), (1, 3)), 'protocol': ((3, 2), (4, 1)),
    'port': ((3, 3), (1, 4)), 'too-big': ((3, 4), (2, 0)), 'admin': ((3, 13), (1, 1)),
    'ttl': ((11, 0), (3, 0)),
}


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return ip_address(address).packed


def pseudo(src, dst, protocol, length):
    a, b = packed(src), packed(dst)
    if len(a) == 4:
        return a + b + struct.pack('!BBH', 0, protocol, length)
    return a + b + struct.pack('!II', length, protocol)


def mac(name):
    return b'\x02' + hashlib.sha256(str(name).encode()).digest()[:5]


def ip(src, dst, protocol, payload, ident, more=False, offset=None):
    """One IP packet; `offset` in bytes makes it a fragment."""
    a, b = packed(src), packed(dst)
    if len(a) == 4:
        flags = (0x2000 if more else 0) | (offset or 0) // 8
        head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), ident, flags, 64, protocol, 0)
        head += a + b
        return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload
    if offset is not None:
        payload = struct.pack('!BBHI', protocol, 0, offset | more, ident) + payload
        protocol = 44
    return struct.pack('!IHBB', 0x60000000, len(payload), protocol, 64) + a + b + payload


class Wire:
    """Everything that was on the wire in one case, and what of it was captured."""

    def __init__(self):
        self.packets = []  # (time, IP packet) in the order of writing
        self.connections = {}
        self.idents = {}
        self.ports = 40000

    def next_ident(self, address):
        start = int.from_bytes(hashlib.sha256(address.encode()).digest()[:2], 'big')
        self.idents[address] = (self.idents.get(address, start) + 1) % 65536 or 1
        return self.idents[address]

    def put(self, time, packet, seen=True):
        if seen:
            self.packets.append((time, packet))
        return packet

    def udp(self, time, src, dst, payload, seen=True, size=None, only=None):
        """A datagram, in fragments of `size` bytes if given, of which only the first or the last
        may be captured. Returns the first IP packet."""
        body = struct.pack('!HHHH', src[1], dst[1], 8 + len(payload), 0) + payload
        check = checksum(pseudo(src[0], dst[0], 17, len(body)) + body) or 0xffff
        body = body[:6] + struct.pack('!H', check) + body[8:]
        ident = self.next_ident(src[0])
        if not size or len(body) <= size:
            return self.put(time, ip(src[0], dst[0], 17, body, ident), seen)
        size -= size % 8
        starts = range(0, len(body), size)
        pieces = [ip(src[0], dst[0], 17, body[at:at + size], ident, at + size < len(body), at)
                  for at in starts]
        for i, piece in enumerate(pieces):
            wanted = only is None or i == (0 if only == 'first' else len(pieces) - 1)
            self.put(time + i * 0.00002, piece, seen and wanted)
        return pieces[0]

    def icmp(self, time, src, dst, trouble, quoted, length=None, seen=True):
        """An error from the address `src` about the IP packet `quoted`, cut to `length` bytes."""
        v6 = quoted[0] >> 4 == 6
        kind, code = TROUBLES[trouble][v6]
        length = length or (1232 if v6 else 548)
        body = struct.pack('!BBHI', kind, code, 0, 1280 if trouble == 'too-big' else 0) + quoted[:length]
        cover = pseudo(src, dst, 58, len(body)) if v6 else b''
        body = body[:2] + struct.pack('!H', checksum(cover + body)) + body[4:]
        return self.put(time, ip(src, dst, 58 if v6 else 1, body, self.next_ident(src)), seen)

    # --- TCP -------------------------------------------------------------------------------------

    def segment(self, time, src, dst, seq, ack, flags, payload=b'', seen=True):
        # a SYN brings the maximum segment size
        options = struct.pack('!BBH', 2, 4, 1460) if flags & 2 else b''
        head = struct.pack('!HHIIBBHHH', src[1], dst[1], seq, ack, (20 + len(options)) << 2, flags,
                           64240, 0, 0) + options
        check = checksum(pseudo(src[0], dst[0], 6, len(head) + len(payload)) + head + payload)
        head = head[:16] + struct.pack('!H', check) + head[18:]
        packet = ip(src[0], dst[0], 6, head + payload, self.next_ident(src[0]))
        return self.put(time, packet, seen)

    def new_port(self):
        self.ports += 7
        return self.ports

    def first_seq(self, src, dst):
        return int.from_bytes(hashlib.sha256(f'{src}{dst}'.encode()).digest()[:4], 'big') >> 1

    def syn(self, time, src, dst, outcome, tries=3, seen=True):
        """A connection attempt that fails: `refused` by RST, or `unanswered`."""
        src = (src[0], self.new_port())
        seq = self.first_seq(src, dst)
        if outcome == 'refused':
            packet = self.segment(time, src, dst, seq, 0, 2, seen=seen)
            self.segment(time + 0.0004, dst, src, 0, seq + 1, 0x14, seen=seen)
            return packet
        for i in range(tries):
            packet = self.segment(time + 2 ** i - 1, src, dst, seq, 0, 2, seen=seen)
        return packet

    def connect(self, time, src, dst, seen=True):
        src = (src[0], self.new_port())
        seq, back = self.first_seq(src, dst), self.first_seq(dst, src)
        self.segment(time - 0.0009, src, dst, seq, 0, 2, seen=seen)
        self.segment(time - 0.0006, dst, src, back, seq + 1, 0x12, seen=seen)
        self.segment(time - 0.0003, src, dst, seq + 1, back + 1, 0x10, seen=seen)
        return {src: seq + 1, dst: back + 1}

    def handshake(self, time, src, dst, sni, until, alert=None, by_server=False, seen=True):
        """A connection with a TLS 1.2 handshake. It ends with an alert and FIN of one side; without an
        alert it is completed, or (`until` None) closed by the server at once. `until` is the day on
        which the server's certificate ends, counted from the start of the case."""
        state = self.connect(time, src, dst, seen)
        client, server = state

        def send(end, data, flags=0x18):
            nonlocal time
            time += 0.004
            peer = server if end == client else client
            self.segment(time, end, peer, state[end], state[peer], flags, data, seen)
            state[end] += len(data)
        send(client, tls.client_hello(sni))
        if until is not None:
            send(server, tls.server_hello() + tls.certificate(sni, START + until * 86400))
        if until is not None and alert is None:
            send(client, tls.finished())
            send(server, tls.finished())
            return
        last = server if by_server or until is None else client
        if alert is not None:
            send(last, tls.alert(alert))
        send(last, b'', 0x11)

    def tcp(self, time, key, src, dst, payload, seen=True, cuts=()):
        """Bytes on the connection `key` (a pair of names), which is opened when it is not there.
        `cuts` are the offsets at which segments end. Returns the first IP packet."""
        if key not in self.connections:
            self.connections[key] = self.connect(time, src, dst, seen)
        state = self.connections[key]
        here = next(end for end in state if end[0] == src[0])
        there = next(end for end in state if end != here)
        edges = sorted({0, len(payload), *(c for c in cuts if c < len(payload)),
                        *range(1400, len(payload), 1400)})
        first = None
        for i, (a, b) in enumerate(zip(edges, edges[1:])):
            at = time + i * 0.0001
            flags = 0x18 if b == len(payload) else 0x10
            packet = self.segment(at, here, there, state[here], state[there], flags, payload[a:b], seen)
            first = first or packet
            state[here] = (state[here] + b - a) & 0xffffffff
            self.segment(at + 0.00005, there, here, state[there], state[here], 0x10, seen=seen)
        return first

    def close(self, time, key, src, how, seen=True):
        """FIN from both sides, or RST; the next bytes open a new connection."""
        state = self.connections.pop(key)
        here = next(end for end in state if end[0] == src[0])
        there = next(end for end in state if end != here)
        if how == 'rst':
            return self.segment(time, here, there, state[here], state[there], 0x14, seen=seen)
        self.segment(time, here, there, state[here], state[there], 0x11, seen=seen)
        self.segment(time + 0.001, there, here, state[there], state[here] + 1, 0x11, seen=seen)
        return self.segment(time + 0.002, here, there, state[here] + 1, state[there] + 1, 0x10, seen=seen)

    # --- The file --------------------------------------------------------------------------------

    def link_header(self, link, packet, second):
        kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
        if link == 'raw':
            return b''
        src, dst = (packet[8:24], packet[24:40]) if kind == 0x86dd else (packet[12:16], packet[16:20])
        if link == 'sll':
            return struct.pack('!HHH', 0, 1, 6) + mac(src) + b'\0\0' + struct.pack('!H', kind)
        head = mac('router') + mac('inside') if second else mac(dst) + mac(src)
        if link == 'vlan':
            head += struct.pack('!HH', 0x8100, 20)
        return head + struct.pack('!H', kind)

    def pcap(self, link='ethernet', window=(None, None), twice=None, snap=262144):
        """The bytes of the capture; `twice`: so much later on a second interface, too; packets cut to `snap`."""
        out = [struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, snap, LINKS[link])]
        rows = [(time, packet, 0) for time, packet in self.packets]
        if twice is not None:
            rows += [(time + twice, packet, 1) for time, packet, _ in rows]
        for time, packet, second in sorted(rows, key=lambda row: (row[0], row[2])):
            if (window[0] is not None and time < window[0]) or (window[1] is not None and time > window[1]):
                continue
            data = self.link_header(link, packet, second) + packet
            micro = round((START + time) * 1_000_000)
            out.append(struct.pack('<IIII', micro // 1_000_000, micro % 1_000_000, min(len(data), snap), len(data)))
            out.append(data[:snap])
        return b''.join(out)
