#!/usr/bin/env python3
"""A DNS server on loopback for one test: writes its port to FILE, answers PTR questions for 127.0.0.*.

    dns.py FILE

.10 has a name; .26 has one with an escape sequence in it, .28 one that is cut off in the middle of
the packet; .23 has a name that takes a second; .22 is not answered; the others have none
(NXDOMAIN). More without an answer, and the resolver would give the server up. Ends after a minute.
"""
import select
import socket
import struct
import sys
import time

NAMES = {10: b'pbx-core', 26: b'evil\x1b[31mred', 28: b'cut', 23: b'slow-phone'}


def labels(*parts):
    return b''.join(bytes([len(p)]) + p for p in parts) + b'\0'


def answer(query):
    end = query.index(b'\0', 12) + 5
    host = int(query[13:13 + query[12]])
    if host == 22:
        return None
    name = labels(NAMES.get(host, b''), b'example', b'net')
    record = b'\xc0\x0c' + struct.pack('>HHIH', 12, 1, 60, len(name)) + name
    found = host in NAMES
    head = query[:2] + struct.pack('>HHHHH', 0x8180 if found else 0x8183, 1, found, 0, 0)
    packet = head + query[12:end] + (record if found else b'')
    return packet[:-6] if host == 28 else packet


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(('127.0.0.1', 0))
    with open(sys.argv[1], 'w', encoding='ascii') as out:
        out.write('127.0.0.1:%d' % server.getsockname()[1])
    late, until = [], time.time() + 60
    while time.time() < until:
        ready = select.select([server], [], [], 0.1)[0]
        if ready:
            query, client = server.recvfrom(512)
            packet = answer(query)
            if packet:
                slow = b'slow-phone' in packet
                late.append((time.time() + slow, packet, client))
        for item in [i for i in late if i[0] <= time.time()]:
            server.sendto(item[1], item[2])
            late.remove(item)


main()
