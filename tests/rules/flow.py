"""Repetitions, whole flows, packets that are not SIP, traffic of others. A part of Talk (talk.py)."""
import re
import struct

import sip
from cases import Script
from party import HOP, Sent
from wire import packed


class Flows:
    def repeat(self, call, words):
        once = words.pop(0) == 'again'
        count = 1 if once else int(words.pop(0))
        hop = (self.hosts[words[0]], self.hosts[words[2]]) if len(words) > 2 and words[1] == '>' else None
        what = words[-1] if words and re.fullmatch(r'\d{3}|[A-Z]+', words[-1]) else ''
        fits = [s for s in self.sent if s.call == call.label and (not hop or (s.src, s.dst) == hop)
                and (not what or (s.message and what in (str(s.message.code), s.message.method)
                                  and (what.isdigit() or not s.message.code)))]
        last = fits[-1]
        group = [last]
        if not hop:
            group = [s for s in fits if s.event == last.event and s.message and last.message
                     and (s.message.code, s.message.method) == (last.message.code, last.message.method)]
            if not last.message or not (last.message.method == 'ACK' or
                                        (200 <= last.message.code < 300 and last.message.method == 'INVITE')):
                group = group[:1]  # a proxy that keeps transactions sends only the 2xx and its ACK on again
        gap = 0.5
        for i in range(count):
            if i:
                gap = gap * 2 if self.unlimited(last) else min(gap * 2, 4)
                self.now += gap
            for j, s in enumerate(group):
                if self.stream(s.src, s.dst, s.options):
                    raise Script('TCP repeats no messages')
                self.wire.udp(self.now + j * HOP, s.src.leaves(), s.dst.public(), s.payload,
                              self.seen(s.src, s.dst, s.options),
                              1480 if s.options.get('frag') is True else int(s.options.get('frag', 0)))
                if once and s.message and 'lost' in s.options:
                    self.deliver(call, s.src, s.dst, s.message.clone(), self.now)
        self.last = self.now

    def unlimited(self, sent):
        """Timer A doubles without end; E and G stop at T2 (RFC 3261 section 17)."""
        return sent.message and sent.message.method == 'INVITE' and not sent.message.code

    def step(self, seconds, *event):
        self.now = self.last = self.now + seconds
        self.event(list(event[0]), list(event[1]) if len(event) > 1 else [])

    def way(self, call, path, *words):
        hops = ' > '.join(h.name for h in path).split()
        return [f'[{call.label}]', *hops, *words]

    def flow_call(self, call, path, verb, words, edits):
        offer, reply = ['PCMU', 'PCMA', 'te'], None
        if 'answer' in words:
            at = words.index('answer')
            words, reply = words[:at], words[at + 1:]
        if 'sdp' in words:
            at = words.index('sdp')
            words, offer = words[:at], words[at + 1:]
        options, _, _ = self.options(words)
        reply = offer if reply is None else reply
        back = path[::-1]
        passed = ('to', 'from', 'uri', 'tcp', 'udp', 'frag', 'pad', 'unseen')
        extra = [w for w in words if w.partition('=')[0] in passed]
        kept = [w for w in extra if w in ('tcp', 'udp', 'unseen')]
        to = [w for w in extra if w.startswith('to=') and w[3:] in self.hosts]
        if 'auth' in options:
            whom = [] if len(path) == 2 or any(w.startswith('to=') for w in extra) else [f'to={path[-1].name}']
            self.step(0, self.way(call, path[:2], 'INVITE', *extra, *whom, 'sdp', *offer), edits)
            self.step(0.004, self.way(call, path[1::-1], '407', *kept))
            self.step(0.006, self.way(call, path, 'INVITE', 'auth', *extra, 'sdp', *offer), edits)
        else:
            self.step(0, self.way(call, path, 'INVITE', *extra, 'sdp', *offer), edits)
        if len(path) == 2:
            self.step(0.01, self.way(call, back, '100', *kept))
        if 'early' in options:
            self.step(0.12, self.way(call, back, '183', *kept, 'sdp', *reply))
        else:
            self.step(0.12, self.way(call, back, '180', *kept))
        self.step(float(options.get('ring', 2)), self.way(call, back, '200', *kept, 'sdp', *reply))
        self.step(0.015, self.way(call, path, 'ACK', *kept, *to))
        if verb == 'call':
            ways = path if options.get('by', path[0].name) == path[0].name else back
            self.step(float(options.get('talk', 8)), self.way(call, ways, 'BYE', *kept))
            self.step(0.02, self.way(call, ways[::-1], '200', *kept))

    def flow_answer(self, call, path, verb, words, edits):
        self.step(0, self.way(call, path, '200', *words), edits)
        self.step(0.015, self.way(call, path[::-1], 'ACK', *[w for w in words if w in ('tcp', 'udp', 'unseen')]))

    def flow_hangup(self, call, path, verb, words, edits):
        self.step(0, self.way(call, path, 'BYE', *words), edits)
        self.step(0.02, self.way(call, path[::-1], '200', *[w for w in words if w in ('tcp', 'udp', 'unseen')]))

    def flow_cancel(self, call, path, verb, words, edits):
        back = path[::-1]
        self.step(0, self.way(call, path, 'CANCEL', *words), edits)
        for i, (src, dst) in enumerate(zip(path, path[1:])):
            self.step(0.001, self.way(call, [dst, src], '200/CANCEL', *words))
        self.step(0.004, self.way(call, back, '487/INVITE', *words))

    def flow_register(self, call, path, verb, words, edits):
        plain = [w for w in words if w != 'auth']
        kept = [w for w in words if w in ('tcp', 'udp', 'unseen')]
        self.step(0, self.way(call, path, 'REGISTER', *plain), edits)
        if 'auth' in words:
            self.step(0.005, self.way(call, path[::-1], '401', *kept))
            self.step(0.012, self.way(call, path, 'REGISTER', *words), edits)
        self.step(0.008, self.way(call, path[::-1], '200', *kept))

    def icmp(self, call, path, _, words, edits):
        options = dict(w.split('=') for w in words[1:])
        last = next(s for s in reversed(self.sent) if s.src is path[1])
        self.wire.icmp(self.now, path[0].public()[0], path[1].public()[0], words[0], last.packet,
                       int(options.get('bytes', 0)), self.seen(path[0], path[1], {}))

    def connection(self, call, path, verb, words, edits):
        options, _, _ = self.options(words)
        src, dst = path
        seen = self.seen(src, dst, options)
        if verb == 'syn':
            there = (dst.public()[0], int(options.get('port', dst.port)))
            outcome = 'refused' if 'refused' in options else 'unanswered'
            self.wire.syn(self.now, src.public(), there, outcome, seen=seen)
        else:
            key = frozenset((src.name, dst.name))
            self.wire.close(self.now, key, src.public(), 'rst' if 'rst' in options else 'fin', seen)

    def handshake(self, call, path, verb, words, edits):
        options, _, _ = self.options(words)
        src, dst = path
        alert = options.get('alert')
        self.wire.handshake(self.now, src.public(), dst.public(), options.get('sni', dst.domain or 'sip.example.org'),
                            None if 'closed' in options else int(options.get('until', 100)),
                            int(alert) if alert else None, 'server' in options, self.seen(src, dst, options))

    def tick(self):
        """A DNS query: time goes on without SIP."""
        query = struct.pack('!6H', 7, 0x100, 1, 0, 0, 0) + b'\x03sip\x07example\x03org\0\0\1\0\1'
        self.wire.udp(self.now, (self.address('10.250.0.9'), 40053), (self.address('10.250.0.53'), 53), query)

    def keepalive(self, call, path, *_):
        self.put(call, path[0], path[1], None, {}, b'\r\n\r\n')

    def stun(self, call, path, *_):
        """A binding request and its answer with XOR-MAPPED-ADDRESS (RFC 5389 section 15.2)."""
        client, server = path[0].leaves(), (path[1].public()[0], 3478)
        token = struct.pack('!I', 0x2112a442) + bytes.fromhex(sip.digest(self.case.name, 'stun')[:24])
        address = packed(client[0])
        mask = token if len(address) == 16 else token[:4]
        value = struct.pack('!BBH', 0, 2 if len(address) == 16 else 1, client[1] ^ 0x2112)
        value += bytes(a ^ b for a, b in zip(address, mask))
        self.wire.udp(self.now, client, server, struct.pack('!HH', 1, 0) + token)
        self.wire.udp(self.now + 0.02, server, client,
                      struct.pack('!HH', 0x101, 4 + len(value)) + token
                      + struct.pack('!HH', 0x20, len(value)) + value)

    def rtp(self, call, path, _, words, edits):
        count = int(words[0])
        src, dst = ((h.media or h.public()[0], 10000 + int(sip.digest(h.name), 16) % 9000 * 2) for h in path)
        source = int(sip.digest(self.case.name, path[0].name)[:8], 16)
        for i in range(count):
            head = struct.pack('!BBHII', 0x80, 0, i & 0xffff, 160 * i & 0xffffffff, source)
            packet = self.wire.udp(self.now + i * 0.02, src, dst, head + bytes([0xd5] * 160), self.seen(*path, {}))
        self.sent.append(Sent(time=self.now, src=path[0], dst=path[1], message=None, payload=b'', packet=packet,
                              call=call.label, options={}, event=self.now))

    def play_background(self):
        """Ordinary traffic of others, spread over the time of the case."""
        count = self.settings['background']
        if not count:
            return
        span = max([s.time for s in self.sent] + [1.0])
        self.new_host('switch=10.200.0.1')
        self.describe(self.hosts['switch'], ['rr', 'domain=office.example'])
        for i in range(count):
            for side in 'xy':
                self.new_host(f'{side}{i}={2000 + 2 * i + (side == "y")}@10.200.{1 + (side == "y")}.{10 + i % 200}')
                self.describe(self.hosts[f'{side}{i}'], ['domain=office.example'])
            self.now = self.last = span * i / count + 0.137
            way = f'[~{i}] x{i} > switch'
            flow = (f'{way} > y{i} call ring=1 talk=4 auth', f'{way} register auth expires=86400', f'{way} OPTIONS',
                    f'{way} > y{i} call ring=2 talk=3 by=y{i}')[i % 4]
            self.event(flow.split(), [])
            if flow.endswith('OPTIONS'):
                self.step(0.003, f'[~{i}] switch > x{i} 200'.split())
