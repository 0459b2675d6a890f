#!/usr/bin/env python3
"""Writes captures from scripts, so that a diagnosis can be put to the proof.

    talk.py -o FOLDER [-n NAME] SCRIPT...   a pcap for each case whose name begins with NAME

The same script gives the same bytes every time. A script says only what matters: whatever it does
not mention is filled in as a careful implementation would (Via with branches hop by hop,
Max-Forwards, tags, CSeq, Contact, routes from Record-Route, the ACK to a failure and its branch,
received and rport, Content-Length). `#` begins a comment; words with spaces stand in "quotes".

THE CASE
    case NAME                     begins a case; NAME is the rule and a word of one's own: busy/v6
    hosts alice=10.1.0.5 gw=+4930@203.0.113.4:5080      who there is: NAME=[USER@]ADDRESS[:PORT]
    host NAME WORD...             more about one of them:
        rr                          a proxy that puts itself in Record-Route
        nat=198.51.100.7:41022      others see this address; the host writes its own
        nofix                       adds no received and rport to the Via it got
        sport=N                     its datagrams leave from another port than the one it listens on
        contact=URI  media=ADDRESS  what it writes as Contact and in SDP, instead of its address
        user=NAME  domain=NAME      its user and the domain of it (default: the case's, or its address)
        stack=NAME  agent=TEXT  style=WAY[,WAY]     whose habits it has (STACKS and STYLES in sip.py)
    domain NAME                   the domain of all users whose call begins at a proxy (example.org)
    tcp A B                       these two talk TCP: handshake, segments, acknowledgements
    link ethernet|vlan|sll|raw    window FROM|- TO|-      captured from second FROM to second TO only
    tap NAME...                   only packets from and to these hosts are in the capture
    snap N                        no more than N bytes of a packet are in the capture
    twice                         captured on two interfaces at once
    background N                  N ordinary calls, registrations and OPTIONS of other hosts
    also WAY...                   the case once more in another dress, one each (WAY+WAY: both at once):
                                  v6, tcp, stacks (other habits), twice, vlan, sll, raw, background,
                                  or one of STYLES: compact folded reversed lowercase spaced joined ...

WHAT THE DIAGNOSIS SHALL SAY
    expect RULE [call=LABEL|endpoint=HOST] [code=N]     this finding
    expect none                   no error and no warning (which holds always for what is not named)
    allow RULE ...                may be there
    forbid RULE ...               must not be there, as a notice either: a near miss of that rule

WHAT HAPPENS: one line an event, TIME first: seconds, or +SECONDS after the event before.
    0.0 alice > proxy > bob INVITE sdp PCMU PCMA te       a request on its way over all hops. The hosts
                                  between are proxies: 100 Trying, Via, Max-Forwards, Record-Route.
    +1 bob > proxy > alice 200 sdp PCMU te                the answer to the last request from there that
                                  bob has not answered yet; 200/CANCEL or 200/INVITE.2 (its CSeq) say which.
                                  A failure of an INVITE is acknowledged on each hop. A quoted text is the reason.
    +0 proxy > bob fwd [INVITE|200] ...                   sends on what the proxy last received: to write
                                  hop by hop, to fork, to change it
    +0.5 again [A > B] [INVITE|200]                       the same bytes again on the same hop
    +0.5 repeat N [A > B] [INVITE|200]                    the same N times more, at the intervals of RFC 3261
    Requests within a dialog need nothing: who has answered with a tag is asked with it, by the route set
    and the Contact. CANCEL goes over the hops of its INVITE; an ACK is hop by hop after a failure.
    A label in brackets names the call (Call-ID): 0.0 [b] pbx > bob INVITE; without one it is the call 1.
    Words that may follow a request or an answer:
        to=HOST|USER  from=USER  uri=URI      other parties than the path's ends and their URIs
        auth            credentials for the last challenge (401, 407 bring one; realm=, stale)
        cseq=N  branch=TEXT  tag=TEXT  expires=N  event=NAME  refer=HOST|URI  sipfrag=TEXT
        100rel          a reliable answer (PRACK then names it)   q850=N   a Reason header
        noack  notrying the failure is not acknowledged; the proxies send no 100
        lost            sent, but it did not arrive at the path's end (it may be in the capture)
        unseen          it happened, but it was not captured
        tcp | udp       on this way                     split=N[,N]  TCP segments end at these offsets
        frag[=N] first|last    IP fragments of N bytes; only the first (last) was captured
        pad=N           made at least N bytes long with a header
        sdp WORD...     a body, up to the end of the line: PCMU PCMA G722 G729 GSM opus te te16 AMR ...
                        (NAME=N: payload type N), sendonly recvonly inactive, savp savpf avpf dtls, bare (no rtpmap
                        where none is needed), port=N, c=ADDRESS, o=ADDRESS, a=ATTRIBUTE, of=HOST (as that host
                        wrote it last), "/ video H264" or "/ image" for another medium
    Indented lines below change the message as its first sender writes it, or, with @HOST in front, as
    that proxy sends it on:
        Name: value     sets a header     +Name: value   adds one     -Name   takes it out
        Content-Length: +5                wrong by 5 (or any text)
        | line          a line of the body
        s/REGEX/TEXT/   changes the header as written        b/REGEX/TEXT/   the body, after it was counted
    {addr HOST} {public HOST} {hostport HOST} {contact HOST} {user HOST} {tag HOST [LABEL]} {callid LABEL}
    stand for what the names say.

    Whole flows (they end with what they have sent last, so `+1` counts from there):
    0 alice > proxy > bob call ring=2 talk=10 [by=bob] [early] [auth] sdp PCMU te answer PCMU te
                                  a call with 180, 200, ACK, BYE; `setup` is the same without BYE
    +1 bob > proxy > alice answer sdp PCMU      200 and ACK
    +1 alice > proxy > bob hangup               BYE and 200
    +1 alice > proxy > bob cancel               CANCEL, 200, 487, ACK
    0 alice > reg register [expires=N] [auth]   REGISTER and 200; auth: with a challenge first

    loop N GAP                    the lines up to `end` N times, GAP seconds apart; {i} is the turn (0, 1, ...)

    Beside SIP:
    +0 gw > alice icmp port|host|net|admin|protocol|ttl|too-big [bytes=N]   gw complains about alice's last packet
    +0 alice > gw syn refused|unanswered [port=N]           +0 alice > gw close fin|rst
    +0 alice > bob rtp N          N packets of PCMU, 20 ms apart
    +0 alice > srv stun           a STUN request and its answer, which tells the public address
    +0 alice > bob keepalive      CR LF CR LF
    40 tick                       a packet that is not SIP: the capture goes on at least so long
"""
import argparse
import hashlib
import os
import re
import shlex
import struct
import sys
from ipaddress import ip_address

import sip
from wire import Wire, packed

HOP = 0.0012  # seconds from hop to hop
EPHEMERAL = {'v6', 'tcp', 'stacks', 'twice', 'vlan', 'sll', 'raw', 'background'}
FLAGS = {'auth', 'stale', '100rel', 'noack', 'notrying', 'lost', 'unseen', 'tcp', 'udp', 'frag', 'first',
         'last', 'early', 'keepuri', 'refused', 'unanswered', 'fin', 'rst'}
VALUES = {'to', 'from', 'uri', 'cseq', 'branch', 'tag', 'expires', 'event', 'refer', 'sipfrag', 'q850', 'realm',
          'split', 'frag', 'pad', 'ring', 'talk', 'by', 'port', 'bytes', 'state'}
CREATES_DIALOG = ('INVITE', 'SUBSCRIBE', 'REFER')
HAS_CONTACT = ('INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY', 'REGISTER')


class Script(Exception):
    """A fault in a script."""


class Host:
    def __init__(self, name, user, address, port):
        self.name, self.user, self.address, self.port = name, user or name, address, port
        self.nat = self.contact = self.media = self.domain = self.agent = None
        self.rr = self.nofix = False
        self.sport = None
        self.stack, self.style = None, ()

    def public(self):
        return self.nat or (self.address, self.port)

    def leaves(self):
        return self.public()[0], self.sport or self.public()[1]

    def hostport(self, always=True):
        shown = sip.escape_host(self.address)
        return f'{shown}:{self.port}' if always or self.port != 5060 else shown


class Call:
    """What is known of one Call-ID: identities, tags, counters, dialogs, what was received."""

    def __init__(self, label):
        self.label, self.id = label, None
        self.party, self.cseq, self.invited, self.tags = {}, {}, {}, {}
        self.dialogs = {}    # (host, other): how host writes to other
        self.received = {}   # (host, from whom): requests
        self.answers = {}    # (host, from whom): responses
        self.challenge = {}
        self.rseq, self.reliable = 0, None
        self.bodies = {}     # host: (SDP, its version)


class Sent:
    def __init__(self, **what):
        self.__dict__.update(what)


class Claim:
    """An expect, allow or forbid line."""

    def __init__(self, kind, words):
        self.kind, self.rule = kind, words[0]
        self.where = dict(word.split('=', 1) for word in words[1:])

    def __str__(self):
        return ' '.join([self.rule] + [f'{k}={v}' for k, v in self.where.items()])


class Case:
    """One case of a script: its text, and what is claimed of it."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.lines, self.claims, self.variants = [], [], []

    def each(self):
        yield self.name, ()
        for dress in self.variants:
            yield f'{self.name}/{dress}', tuple(dress.split('+'))


def read_cases(path):
    cases = []
    with open(path, encoding='utf-8') as script:
        for at, raw in enumerate(script, 1):
            line = re.sub(r'(^|\s)#(\s.*)?$', '', raw.rstrip('\n')).rstrip()
            words = line.split()
            if not words:
                continue
            if words[0] == 'case':
                cases.append(Case(words[1], f'{os.path.basename(path)}:{at}'))
            elif not cases:
                raise Script(f'{path}:{at}: no case yet')
            elif words[0] in ('expect', 'allow', 'forbid'):
                if words[1] != 'none':
                    cases[-1].claims.append(Claim(words[0], words[1:]))
            elif words[0] == 'also':
                cases[-1].variants += words[1:]
            else:
                cases[-1].lines.append((f'{os.path.basename(path)}:{at}', line))
    return cases


class Talk:
    """Plays one case in one dress."""

    def __init__(self, case, dress=()):
        self.case, self.dress = case, dress
        self.wire, self.hosts, self.calls, self.sent = Wire(), {}, {}, []
        self.streams = set()
        self.settings = {'link': 'ethernet', 'domain': 'example.org', 'twice': False, 'window': (None, None),
                         'tap': None, 'background': 0, 'snap': 262144}
        self.now = self.last = 0.0
        self.style = tuple(way for way in dress if way not in EPHEMERAL)
        for way in self.style:
            if way not in sip.STYLES:
                raise Script(f'{case.place}: no such way: {way}')

    def play(self):
        self.play_lines(self.case.lines)
        for way in self.dress:
            if way == 'background':
                self.settings['background'] += 5
            elif way == 'twice':
                self.settings['twice'] = True
            elif way in ('vlan', 'sll', 'raw'):
                self.settings['link'] = way
        self.play_background()
        return self.wire.pcap(self.settings['link'], self.settings['window'], self.settings['twice'],
                              self.settings['snap'])

    def play_lines(self, lines):
        at = 0
        while at < len(lines):
            place, line = lines[at]
            at += 1
            if line.startswith('loop '):
                end = next(i for i in range(at, len(lines)) if lines[i][1] == 'end')
                count, gap = line.split()[1:]
                start = self.last
                for turn in range(int(count)):
                    self.last = start + turn * float(gap)
                    self.play_lines([(p, text.replace('{i}', str(turn))) for p, text in lines[at:end]])
                at = end + 1
                continue
            edits = []
            while at < len(lines) and lines[at][1][0].isspace():
                edits.append(lines[at][1].strip())
                at += 1
            try:
                self.line(line, edits)
            except (Script, ValueError, KeyError, StopIteration, IndexError) as fault:
                raise Script(f'{place}: {line}: {type(fault).__name__} {fault}') from fault

    # --- The case --------------------------------------------------------------------------------

    def line(self, line, edits):
        words = shlex.split(line)
        if re.fullmatch(r'\+?\d+(\.\d+)?', words[0]):
            self.now = self.last + float(words[0]) if words[0][0] == '+' else float(words[0])
            self.last = self.now
            self.event(words[1:], edits)
            return
        verb, rest = words[0], words[1:]
        if verb == 'hosts':
            for word in rest:
                self.new_host(word)
        elif verb == 'host':
            self.describe(self.hosts[rest[0]], rest[1:])
        elif verb == 'tcp':
            self.streams.add(frozenset(rest))
        elif verb == 'window':
            self.settings['window'] = tuple(None if w == '-' else float(w) for w in rest)
        elif verb == 'tap':
            self.settings['tap'] = set(rest)
        elif verb == 'twice':
            self.settings['twice'] = True
        elif verb in ('background', 'snap'):
            self.settings[verb] = int(rest[0])
        elif verb in ('link', 'domain'):
            self.settings[verb] = rest[0]
        else:
            raise Script('what is that?')

    def address(self, text):
        """In the dress `v6` IPv4 addresses become IPv6 ones of the same reach."""
        text = text.strip('[]')
        if 'v6' not in self.dress or ':' in text:
            return text
        a, b, c, d = map(int, text.split('.'))
        if (a, b) == (169, 254):
            return f'fe80::{c:x}:{d:x}'
        if a == 127:
            return '::1'
        if a == 10 or (a, b) == (192, 168) or (a == 172 and 16 <= b < 32) or (a == 100 and 64 <= b < 128):
            return str(ip_address(f'fd{a:02x}:{b:x}:{c:x}::{d:x}'))
        return str(ip_address(f'2001:db8:{a:x}{b:02x}:{c:x}::{d:x}'))

    def endpoint(self, text, port=5060):
        address, number = re.fullmatch(r'(\[.*\]|[\d.]+)(?::(\d+))?', text).groups()
        return self.address(address), int(number or port)

    def new_host(self, word):
        name, user, rest = re.fullmatch(r'([\w-]+)=(?:([^@]+)@)?(.*)', word).groups()
        host = self.hosts[name] = Host(name, user, *self.endpoint(rest))
        stacks = sorted(sip.STACKS)
        seed = (self.case.name, name) + (('stacks',) if 'stacks' in self.dress else ())
        host.stack = sip.STACKS[stacks[int(sip.digest(*seed), 16) % len(stacks)]]
        host.style = self.style

    def describe(self, host, words):
        for word in words:
            key, _, value = word.partition('=')
            if key in ('rr', 'nofix'):
                setattr(host, key, True)
            elif key == 'nat':
                host.nat = self.endpoint(value, host.port)
            elif key == 'sport':
                host.sport = int(value)
            elif key == 'stack':
                host.stack = sip.STACKS[value]
            elif key == 'style':
                host.style = tuple(value.split(',')) + self.style
            elif key == 'media':
                host.media = self.address(value)
            elif key in ('contact', 'agent', 'domain', 'user'):
                setattr(host, key, self.fill(value))
            else:
                raise Script(f'no such word: {word}')

    def fill(self, text, call=None):
        """Puts in what stands in braces."""
        def value(found):
            what, name = found.group(1), found.group(2)
            if what == 'callid':
                return self.call(name or (call.label if call else '1')).id
            host = self.hosts[name]
            if what == 'tag':
                return self.tag(self.call(found.group(3)) if found.group(3) else call, host)
            return {'addr': sip.escape_host(host.address), 'public': sip.escape_host(host.public()[0]),
                    'hostport': host.hostport(), 'user': host.user,
                    'contact': self.contact_uri(host, 'udp')}[what]
        return re.sub(r'\{(addr|public|hostport|contact|user|tag|callid)(?: ([\w-]+))?(?: ([\w-]+))?\}', value, text)

    # --- Events ----------------------------------------------------------------------------------

    def event(self, words, edits):
        label = '1'
        if words[0].startswith('['):
            label = words.pop(0).strip('[]')
        if words[0] == 'tick':
            query = struct.pack('!HHHHHH', 7, 0x100, 1, 0, 0, 0) + b'\x03sip\x07example\x03org\0' + struct.pack('!HH', 1, 1)
            self.wire.udp(self.now, (self.address('10.250.0.9'), 40053), (self.address('10.250.0.53'), 53), query)
            return
        call = self.call(label)
        if words[0] in ('again', 'repeat'):
            self.repeat(call, words)
            return
        path = [self.hosts[words.pop(0)]]
        while words[0] == '>':
            path.append(self.hosts[words[1]])
            del words[:2]
        verb = words.pop(0)
        rest = (verb, words, edits)
        flow = {'call': self.flow_call, 'setup': self.flow_call, 'answer': self.flow_answer,
                'hangup': self.flow_hangup, 'cancel': self.flow_cancel, 'register': self.flow_register}.get(verb)
        if flow:
            flow(call, path, *rest)
        elif verb == 'fwd':
            self.forward_event(call, path, words, edits)
        elif verb == 'icmp':
            self.icmp(call, path, words)
        elif verb in ('syn', 'close'):
            self.tcp_event(path, verb, words)
        elif verb == 'rtp':
            self.rtp(call, path, int(words[0]))
        elif verb == 'stun':
            self.stun(path)
        elif verb == 'keepalive':
            self.put(call, path[0], path[1], None, {}, b'\r\n\r\n')
        elif re.match(r'\d{3}', verb):
            self.response(call, path, *rest)
        elif verb == 'raw':
            options = self.options(words)[0]
            text = '\r\n'.join(e[1:].removeprefix(' ') for e in edits).replace('\\r', '\r') + '\r\n\r\n'
            self.put(call, path[0], path[1], None, options, self.fill(text, call).encode())
        elif verb.isupper():
            self.request(call, path, *rest)
        else:
            raise Script(f'no such event: {verb}')

    def options(self, words):
        """The words after a method or code: options, quoted reason, and what follows `sdp`."""
        options, body, reason = {}, None, None
        for i, word in enumerate(words):
            key, eq, value = word.partition('=')
            if word == 'sdp':
                body = words[i + 1:]
                break
            if word in FLAGS:
                options[word] = True
            elif eq and key in VALUES:
                options[key] = value
            elif ' ' in word or word[0].isupper():
                reason = word
            else:
                raise Script(f'no such word: {word}')
        return options, body, reason

    def call(self, label):
        if label not in self.calls:
            self.calls[label] = Call(label)
        return self.calls[label]

    def seed(self, call, *more):
        return (self.case.name, call.label, *more)

    def tag(self, call, host):
        if host not in call.tags:
            call.tags[host] = host.stack['tag'](self.seed(call, host.name, 'tag'))
        return call.tags[host]

    def stream(self, a, b, options):
        if 'tcp' in options or 'udp' in options:
            return 'tcp' in options
        return 'tcp' in self.dress or frozenset((a.name, b.name)) in self.streams

    # --- Sending ---------------------------------------------------------------------------------

    def seen(self, src, dst, options):
        tap = self.settings['tap']
        return 'unseen' not in options and (not tap or src.name in tap or dst.name in tap)

    def put(self, call, src, dst, message, options, payload=None, at=None):
        """Puts a message on the wire of one hop and, unless it is lost, into the hands of `dst`."""
        at = self.now if at is None else at
        payload = message.bytes() if payload is None else payload
        seen = self.seen(src, dst, options)
        if self.stream(src, dst, options):
            key = frozenset((src.name, dst.name))
            cuts = [int(n) for n in options.get('split', '').split(',') if n]
            packet = self.wire.tcp(at, key, src.public(), dst.public(), payload, seen, cuts)
        else:
            size = options.get('frag')
            size = 1480 if size is True else size and int(size)
            only = 'first' if 'first' in options else 'last' if 'last' in options else None
            packet = self.wire.udp(at, src.leaves(), dst.public(), payload, seen, size, only)
        self.sent.append(Sent(time=at, src=src, dst=dst, message=message, payload=payload, packet=packet,
                              call=call.label, options=options, event=self.now))
        if message and message.code >= 200:
            for request in call.received.get((src, dst), ()):
                request.answered |= (request.method, request.cseq) == (message.method, message.cseq)
        if message and 'lost' not in options:
            self.deliver(call, src, dst, message.clone(), at)

    def deliver(self, call, src, dst, message, at):
        if message.code:
            call.answers.setdefault((dst, src), []).append(message)
            if message.code in (401, 407):
                call.challenge[dst] = message
            if dst is message.to_whom:
                self.learn(call, dst, message)
            return
        via = message.get('Via')
        sent_by = (via.split() + ['', ''])[1].split(';')[0]
        public = src.leaves()
        if via and not dst.nofix and message.method != 'ACK':
            if re.search(r';rport(;|$)', via):
                via = re.sub(r';rport(?=;|$)', f';rport={public[1]};received={public[0]}', via)
            elif sent_by.rsplit(':', 1)[0].strip('[]') != public[0] and sent_by.strip('[]') != public[0]:
                via += f';received={public[0]}'
            message.set('Via', via)
        call.received.setdefault((dst, src), []).append(message)
        message.arrived, message.answered = at, False

    def learn(self, call, host, answer):
        """What the sender of a request takes from the answer: tag, route set, target."""
        if answer.code <= 100 or answer.code >= 300 or answer.method not in CREATES_DIALOG:
            return
        tag = re.search(r';tag=([^;]+)', answer.get('To'))
        if not tag:
            return
        known = call.dialogs.get((host, answer.by))
        target = answer.get('Contact')
        routes = known['routes'] if known else answer.all('Record-Route')[::-1]
        call.dialogs[host, answer.by] = {
            'tag': tag.group(1), 'routes': routes, 'target': uri_of(target) if target else known and known['target']}

    # --- Requests --------------------------------------------------------------------------------

    def domain(self, host, path):
        """The domain of a user: that of the host's or the case's service, or the address."""
        if host.domain:
            return host.domain
        direct = len(path) == 2 and host in path
        return host.hostport(False) if direct else self.settings['domain']

    def contact_uri(self, host, transport):
        if host.contact:
            return host.contact
        extra = host.stack['contact'].format(transport=transport)
        if transport == 'tcp' and 'transport' not in extra:
            extra += ';transport=tcp'
        return f'sip:{host.user}@{host.hostport(host.stack["port"])}{extra}'

    def identify(self, call, host, path, user=None):
        """The name-addr of a party, the same in every message of the call."""
        if host not in call.party or user:
            uri = self.fill(user, call) if user and ':' in user else f'sip:{user or host.user}@{self.domain(host, path)}'
            shown = host.stack['shown'].format(host.name.capitalize()) if not user else ''
            call.party[host] = f'{shown}<{uri}>'
        return call.party[host]

    def request(self, call, path, method, words, edits):
        if method == 'CANCEL' or (method == 'ACK' and self.failed(call, path)):
            self.hop_by_hop(call, path, method, words, edits)
            return
        options, body, _ = self.options(words)
        origin, end = path[0], path[-1]
        user = options.get('to')
        if user in self.hosts:
            end, user = self.hosts[user], None
        message = self.new_request(call, path, origin, end, user, method, options)
        self.fill_in(call, message, origin, path[1], method, options)
        if body is not None:
            self.describe_media(call, message, origin, body)
        if 'auth' in options:
            self.credentials(call, message, origin)
        self.finish(call, message, origin, path[1], edits, options)
        message.origin, message.end = origin, end
        self.travel(call, path, message, options, edits)

    def number(self, call, host, method, options):
        if 'cseq' in options:
            n = int(options['cseq'])
            if method != 'ACK':
                call.cseq[host] = n
            if method == 'INVITE':
                call.invited[host] = n
            return n
        if method == 'ACK':
            return call.invited[host]
        call.cseq[host] = call.cseq.get(host, host.stack['cseq'] - 1) + 1
        if method == 'INVITE':
            call.invited[host] = call.cseq[host]
        return call.cseq[host]

    def new_request(self, call, path, origin, end, user, method, options):
        if not call.id:
            call.id = origin.stack['id'](self.seed(call, 'id'), sip.escape_host(origin.address))
        dialog = call.dialogs.get((origin, end))
        if method == 'REGISTER':
            end = origin
        served = user and len(path) == 2 and not origin.domain and ':' not in user
        mine = options.get('from') or (f'sip:{origin.user}@{end.hostport(False)}' if served and not dialog else None)
        parties = path if end is path[-1] else [*path, end]
        me = self.identify(call, origin, parties, mine)
        other = self.identify(call, end, parties, user)
        if method == 'REGISTER':
            me = call.party[origin] = other = re.sub('@[^>]*', '@' + (path[-1].domain or self.settings['domain']), me)
        cseq = self.number(call, origin, method, options)
        if dialog:
            uri = dialog['target']
        elif method == 'REGISTER':
            uri = 'sip:' + re.search('@([^>]*)', me).group(1)
        else:
            uri = uri_of(other)
        message = sip.Message(f'{method} {self.fill(options.get("uri", uri), call)} SIP/2.0', method, cseq)
        message.dialog = bool(dialog)
        local = dialog.get('local') if dialog else None
        message.add('From', f'{me};tag={options.get("tag") or local or self.tag(call, origin)}')
        message.add('To', other + (f';tag={dialog["tag"]}' if dialog else ''))
        message.add('Call-ID', call.id)
        message.add('CSeq', f'{cseq} {method}')
        message.add('Max-Forwards', '70')
        for route in dialog['routes'] if dialog else ():
            message.add('Route', route)
        return message

    def fill_in(self, call, message, host, to, method, options):
        """Headers that depend on the method."""
        transport = 'tcp' if self.stream(host, to, options) else 'udp'
        if method in HAS_CONTACT:
            message.add('Contact', f'<{self.contact_uri(host, transport)}>')
        if method in ('REGISTER', 'SUBSCRIBE'):
            message.add('Expires', options.get('expires', '3600'))
        if method in ('INVITE', 'OPTIONS'):
            message.add('Allow', sip.ALLOW)
            message.add('Supported', 'replaces')
        if method in ('SUBSCRIBE', 'NOTIFY') and 'sipfrag' not in options:
            message.add('Event', options.get('event', 'presence'))
        if method == 'NOTIFY' and 'sipfrag' not in options:
            message.add('Subscription-State', options.get('state', 'active;expires=3600'))
        if method == 'PRACK':
            message.add('RAck', call.reliable)
        if 'refer' in options:
            target = self.hosts.get(options['refer'])
            uri = f'sip:{target.user}@{target.domain or self.settings["domain"]}' if target else self.fill(options['refer'], call)
            message.add('Refer-To', f'<{uri}>')
            message.add('Referred-By', call.party[host])
        if 'sipfrag' in options:
            final = int(options['sipfrag'].split()[1]) >= 200
            message.add('Event', 'refer')
            message.add('Subscription-State', 'terminated;reason=noresource' if final else 'active;expires=60')
            message.add('Content-Type', 'message/sipfrag;version=2.0')
            message.body = options['sipfrag'].encode() + b'\r\n'
        if 'q850' in options:
            message.add('Reason', f'Q.850;cause={options["q850"]}')
        if method == 'MESSAGE':
            message.add('Content-Type', 'text/plain')
            message.body = b'On my way\r\n'

    def finish(self, call, message, host, to, edits, options):
        """User-Agent, the stack's order, the edits of the script, and last the first Via."""
        response = bool(message.code)
        server = response and host.stack['agent'].split()[0].lower()[:4] in ('aste', 'kama', 'free')
        message.add('Server' if server else 'User-Agent', host.agent or host.stack['agent'])
        message.style = host.style
        if not response:
            message.next_to = to
            self.push_via(call, message, host, to, options)
        message.arrange(host.stack['order'])
        if 'pad' in options:
            missing = int(options['pad']) - len(message.bytes())
            if missing > 0:
                message.add('X-Trace', (sip.digest(*self.seed(call)) * 40)[:missing])
        for edit in edits:
            if not edit.startswith('@'):
                message.edit(self.fill(edit, call))

    def push_via(self, call, message, host, to, options, inherited=''):
        transport = 'TCP' if self.stream(host, to, options) else 'UDP'
        seed = self.seed(call, host.name, to.name, message.method, message.cseq, inherited, len(message.all('Via')))
        branch = options.get('branch') or 'z9hG4bK' + host.stack['branch'](seed)
        place = host.hostport(host.stack['port'])
        rport = host.stack['via']
        value = {'none': f';branch={branch}', 'plain': f';branch={branch};rport', 'last': f';branch={branch};rport',
                 'rport-first': f';rport;branch={branch}'}[rport]
        message.put_first('Via', f'SIP/2.0/{transport} {place}{value}')

    def travel(self, call, path, message, options, edits):
        """A request over its hops; each proxy sends 100 for an INVITE."""
        at = self.now
        for i, (src, dst) in enumerate(zip(path, path[1:])):
            if i:
                received = call.received[src, path[i - 1]][-1]
                message = self.pass_on(call, src, path[i - 1], dst, received, options, edits, dst is path[-1])
            here = options if dst is path[-1] else {k: v for k, v in options.items() if k != 'lost'}
            self.put(call, src, dst, message, here, at=at)
            if i < len(path) - 2 and message.method == 'INVITE' and not {'notrying', 'lost'} & options.keys():
                self.trying(call, src, dst, at + HOP / 3, options)
            at += HOP

    def trying(self, call, src, proxy, at, options):
        answer = self.new_response(call, proxy, src, call.received[proxy, src][-1], 100, None, {})
        answer.remove('Contact')
        self.finish(call, answer, proxy, src, [], {})
        self.put(call, proxy, src, answer, {k: v for k, v in options.items() if k in ('unseen', 'tcp', 'udp')}, at=at)

    def pass_on(self, call, proxy, came_from, to, received, options, edits, last):
        """What a proxy sends when it has received a request."""
        message = received.clone()
        hops = message.get('Max-Forwards')
        if hops.isdigit():
            message.set('Max-Forwards', str(int(hops) - 1))
        routes = message.all('Route')
        if routes and self.is_own(proxy, routes[0]):
            message.remove_first('Route')
        elif last and not message.dialog and not routes and 'keepuri' not in options and 'uri' not in options \
                and message.method != 'REGISTER':
            method, uri, version = message.start.split(' ')
            target = to.contact or f'sip:{(uri_user(uri) or to.user)}@{to.hostport()}'
            message.start = f'{method} {target} {version}'
        if proxy.rr and message.method in CREATES_DIALOG and not message.dialog:
            transport = ';transport=tcp' if self.stream(proxy, to, options) else ''
            message.put_first('Record-Route', f'<sip:{proxy.hostport(proxy.stack["port"])}{transport};lr>')
        self.push_via(call, message, proxy, to, {k: v for k, v in options.items() if k != 'branch'}, received.get('Via'))
        message.arrange(message.origin.stack['order'])
        message.next_to = to
        self.edit_at(call, proxy, message, edits)
        return message

    def edit_at(self, call, host, message, edits):
        for edit in edits:
            if edit.startswith('@' + host.name + ' '):
                message.edit(self.fill(edit.split(' ', 1)[1].strip(), call))

    def is_own(self, proxy, route):
        return re.search(r'[@:](\[[^]]*\]|[^:;>]+)', route).group(1).strip('[]') == proxy.address

    def last_sent(self, call, src, dst, method):
        return next(s.message for s in reversed(self.sent)
                    if s.call == call.label and s.src is src and s.dst is dst and s.message
                    and s.message.method == method and not s.message.code)

    def failed(self, call, path):
        """Whether an ACK on this way is the one to a failure: the last final answer says."""
        finals = [a for a in call.answers.get((path[0], path[1]), ()) if a.code >= 200 and a.method == 'INVITE']
        return bool(finals) and finals[-1].code >= 300

    def hop_by_hop(self, call, path, method, words, edits):
        """CANCEL, and the ACK to a failure: each hop makes its own from the INVITE it sent."""
        options, _, _ = self.options(words)
        for i, (src, dst) in enumerate(zip(path, path[1:])):
            invite = self.last_sent(call, src, dst, 'INVITE')
            message = sip.Message(f'{method} {invite.uri} SIP/2.0', method, invite.cseq)
            message.dialog, message.origin, message.end = invite.dialog, invite.origin, invite.end
            to = invite.get('To')
            if method == 'ACK':
                to = next(a for a in reversed(call.answers[src, dst]) if a.code >= 300 and a.method == 'INVITE').get('To')
            via = invite.get('Via')
            if 'branch' in options:
                via = re.sub('branch=[^;]+', 'branch=' + options['branch'], via)
            message.add('Via', via)
            for name, value in (('From', invite.get('From')), ('To', to), ('Call-ID', call.id),
                                ('CSeq', f'{options.get("cseq", invite.cseq)} {method}'), ('Max-Forwards', '70')):
                message.add(name, value)
            for route in invite.all('Route'):
                message.add('Route', route)
            message.add('User-Agent', src.agent or src.stack['agent'])
            message.arrange(src.stack['order'])
            message.style = src.style
            for edit in edits if i == 0 else ():
                message.edit(self.fill(edit, call))
            self.put(call, src, dst, message, options, at=self.now + i * HOP)

    def describe_media(self, call, message, host, words):
        """SDP after `sdp`; its version grows when it changes; `of=HOST` takes what that host sent."""
        of = next((self.hosts[w[3:]] for w in words if w.startswith('of=')), None)
        if of:
            body = next(c.bodies[of] for c in reversed(list(self.calls.values())) if of in c.bodies)[0]
        else:
            address = host.media or host.address
            words = [self.fill(re.sub(r'^(c|o)=([\d.]+)$', lambda m: f'{m[1]}={self.address(m[2])}'
                                      if m[2] != '0.0.0.0' else m[0], w)) for w in words]
            old, version = call.bodies.get(host, (None, 0))
            session = sip.number(8, *self.seed(call, host.name, 'sdp'))
            make = lambda v: sip.sdp(words, address, session, v, '-' if host.stack['port'] else host.name, (host.name,))
            body = make(version)
            if body != old:
                version += 1
                body = make(version)
            call.bodies[host] = (body, version)
        message.body = body
        message.add('Content-Type', 'application/sdp')

    def credentials(self, call, message, host):
        challenge = call.challenge[host]
        name = 'WWW-Authenticate' if challenge.code == 401 else 'Proxy-Authenticate'
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.get(name)))
        md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
        user = uri_user(uri_of(message.get('From')))
        a1, a2 = md5(f'{user}:{given["realm"]}:secret'), md5(f'{message.method}:{message.uri}')
        cnonce = sip.digest(call.label, message.cseq)[:8]
        answer = md5(f'{a1}:{given["nonce"]}:00000001:{cnonce}:auth:{a2}')
        message.add('Authorization' if challenge.code == 401 else 'Proxy-Authorization',
                    f'Digest username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", '
                    f'uri="{message.uri}", response="{answer}", algorithm=MD5, cnonce="{cnonce}", qop=auth, nc=00000001')

    # --- Responses -------------------------------------------------------------------------------

    def asked(self, call, host, before, what):
        """The request that an answer is for: `200/CANCEL` or `200/INVITE.2` say it; else the last
        that has no final answer yet, or was the last of all."""
        method, _, cseq = what.partition('/')[2].partition('.')
        if not method and (100 <= int(what[:3]) < 200 or what[:3] == '487'):
            method = 'INVITE'
        fits = [request for request in call.received.get((host, before), ())
                if request.method == (method or request.method) != 'ACK' and (not cseq or request.cseq == int(cseq))]
        if not fits:
            raise Script(f'{host.name} has no such request from {before.name}')
        return ([request for request in fits if not request.answered] or fits)[-1]

    def new_response(self, call, host, to_hop, request, code, reason, options):
        answer = sip.Message(f'SIP/2.0 {code} {reason or sip.REASONS.get(code, "Unknown")}', request.method, request.cseq)
        answer.by, answer.to_whom, answer.dialog, answer.origin = host, request.origin, request.dialog, request.origin
        for via in request.all('Via'):
            answer.add('Via', via)
        to = request.get('To')
        if code > 100 and ';tag=' not in to:
            failed = code >= 300 and (host, request.origin) not in call.dialogs
            own = host.stack['tag'](self.seed(call, host.name, request.cseq)) if failed else self.tag(call, host)
            to += ';tag=' + options.get('tag', own)
            call.party[host] = request.get('To')
        answer.add('From', request.get('From'))
        answer.add('To', to)
        answer.add('Call-ID', request.get('Call-ID'))
        answer.add('CSeq', request.get('CSeq'))
        creating = request.method in CREATES_DIALOG and 100 < code < 300
        if creating:
            for route in request.all('Record-Route'):
                answer.add('Record-Route', route)
        if (creating and not request.dialog) or (request.method in ('INVITE', 'UPDATE', 'SUBSCRIBE') and 200 <= code < 300):
            transport = 'tcp' if self.stream(host, to_hop, options) else 'udp'
            answer.add('Contact', f'<{self.contact_uri(host, transport)}>')
        if creating and request.get('Contact'):
            known = call.dialogs.get((host, request.origin))
            call.dialogs[host, request.origin] = {
                'tag': re.search(r';tag=([^;]+)', request.get('From') + ';tag=none').group(1),
                'routes': known['routes'] if known else request.all('Record-Route'),
                'target': uri_of(request.get('Contact')), 'local': re.search(r';tag=([^;]+)', to).group(1)}
        return answer

    def response(self, call, path, what, words, edits):
        options, body, reason = self.options(words)
        code, host = int(what[:3]), path[0]
        request = self.asked(call, host, path[1], what)
        answer = self.new_response(call, host, path[1], request, code, reason, options)
        self.complete(call, answer, request, host, code, options)
        if body is not None:
            self.describe_media(call, answer, host, body)
        self.finish(call, answer, host, path[1], edits, options)
        self.return_trip(call, path, answer, options, edits)

    def complete(self, call, answer, request, host, code, options):
        """Headers that depend on code and method."""
        method = request.method
        if code in (401, 407):
            realm = options.get('realm') or host.domain or self.settings['domain']
            nonce = sip.digest(*self.seed(call, 'nonce', request.cseq, host.name))[:32]
            answer.add('WWW-Authenticate' if code == 401 else 'Proxy-Authenticate',
                       f'Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth"'
                       + (', stale=true' if 'stale' in options else ''))
        if '100rel' in options:
            call.rseq += 1
            answer.add('Require', '100rel')
            answer.add('RSeq', str(call.rseq))
            call.reliable = f'{call.rseq} {request.get("CSeq")}'
        if method == 'REGISTER' and code == 200:
            expires = options.get('expires') or request.get('Expires')
            if expires and expires != '0':
                for contact in request.all('Contact'):
                    answer.add('Contact', re.sub(r';expires=\d+', '', contact) + f';expires={expires}')
        if method == 'SUBSCRIBE' and code in (200, 202):
            answer.add('Expires', options.get('expires') or request.get('Expires') or '3600')
        if method in ('INVITE', 'OPTIONS') and code == 200:
            answer.add('Allow', sip.ALLOW)
        if 'q850' in options:
            answer.add('Reason', f'Q.850;cause={options["q850"]}')

    def return_trip(self, call, path, answer, options, edits):
        """A response over its hops; each proxy takes its Via off. Failures of INVITE are acknowledged."""
        at = self.now
        for i, (src, dst) in enumerate(zip(path, path[1:])):
            if i:
                answer = answer.clone()
                answer.remove_first('Via')
                self.edit_at(call, src, answer, edits)
            self.put(call, src, dst, answer, options, at=at)
            if answer.code >= 300 and answer.method == 'INVITE' and not {'noack', 'lost'} & options.keys():
                self.acknowledge(call, dst, src, at + HOP / 2, options)
            at += HOP

    def acknowledge(self, call, src, dst, at, options):
        now, self.now = self.now, at
        self.hop_by_hop(call, [src, dst], 'ACK', [w for w in ('unseen', 'tcp', 'udp') if w in options], [])
        self.now = now

    def forward_event(self, call, path, words, edits):
        """`fwd`: a proxy sends on the last message it has received, of that method or code."""
        what = words.pop(0) if words and re.fullmatch(r'\d{3}|[A-Z]+', words[0]) else ''
        options, _, _ = self.options(words)
        proxy = path[0]
        if what.isdigit():
            found = [a for (host, _), some in call.answers.items() if host is proxy for a in some if str(a.code) == what]
            answer = found[-1].clone()
            answer.remove_first('Via')
            self.edit_at(call, proxy, answer, ['@' + proxy.name + ' ' + e for e in edits if not e.startswith('@')])
            self.return_trip(call, path, answer, options, edits)
            return
        found = [r for (host, _), some in call.received.items() if host is proxy and host is not None
                 for r in some if r.method == (what or r.method)]
        received = max(found, key=lambda r: r.arrived)
        own = ['@' + proxy.name + ' ' + e for e in edits if not e.startswith('@')]
        message = self.pass_on(call, proxy, None, path[1], received, options, own, len(path) == 2)
        self.travel(call, path, message, options, edits)

    # --- Repetitions, flows, other packets -------------------------------------------------------

    def repeat(self, call, words):
        count = 1 if words.pop(0) == 'again' else int(words.pop(0))
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
        extra = [w for w in words if w.partition('=')[0] in ('to', 'from', 'uri', 'tcp', 'udp', 'frag', 'pad', 'unseen')]
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

    def icmp(self, call, path, words):
        options = dict(w.split('=') for w in words[1:])
        last = next(s for s in reversed(self.sent) if s.src is path[1])
        self.wire.icmp(self.now, path[0].public()[0], path[1].public()[0], words[0], last.packet,
                       int(options.get('bytes', 0)), self.seen(path[0], path[1], {}))

    def tcp_event(self, path, verb, words):
        options, _, _ = self.options(words)
        src, dst = path
        seen = self.seen(src, dst, options)
        if verb == 'syn':
            there = (dst.public()[0], int(options.get('port', dst.port)))
            self.wire.syn(self.now, src.public(), there, 'refused' if 'refused' in options else 'unanswered', seen=seen)
        else:
            self.wire.close(self.now, frozenset((src.name, dst.name)), src.public(), 'rst' if 'rst' in options else 'fin', seen)

    def stun(self, path):
        """A binding request and its answer with XOR-MAPPED-ADDRESS (RFC 5389 section 15.2)."""
        client, server = path[0].leaves(), (path[1].public()[0], 3478)
        token = struct.pack('!I', 0x2112a442) + bytes.fromhex(sip.digest(self.case.name, 'stun')[:24])
        address = packed(client[0])
        mask = token if len(address) == 16 else token[:4]
        value = struct.pack('!BBH', 0, 2 if len(address) == 16 else 1, client[1] ^ 0x2112)
        value += bytes(a ^ b for a, b in zip(address, mask))
        self.wire.udp(self.now, client, server, struct.pack('!HH', 1, 0) + token)
        self.wire.udp(self.now + 0.02, server, client,
                      struct.pack('!HH', 0x101, 4 + len(value)) + token + struct.pack('!HH', 0x20, len(value)) + value)

    def rtp(self, call, path, count):
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
            flow = (f'{way} > y{i} call ring=1 talk=4 auth', f'{way} register auth', f'{way} OPTIONS',
                    f'{way} > y{i} call ring=2 talk=3 by=y{i}')[i % 4]
            self.event(flow.split(), [])
            if flow.endswith('OPTIONS'):
                self.step(0.003, f'[~{i}] switch > x{i} 200'.split())


def uri_of(text):
    found = re.search('<([^>]*)>', text)
    return found.group(1) if found else text.split(';')[0].strip()


def uri_user(uri):
    return uri.partition(':')[2].rpartition('@')[0]


def main():
    parser = argparse.ArgumentParser(description='writes captures from scripts')
    parser.add_argument('-o', dest='folder', required=True)
    parser.add_argument('-n', dest='name', default='')
    parser.add_argument('scripts', nargs='+')
    chosen = parser.parse_args()
    os.makedirs(chosen.folder, exist_ok=True)
    for path in chosen.scripts:
        for case in read_cases(path):
            for name, dress in case.each():
                if name.startswith(chosen.name):
                    with open(os.path.join(chosen.folder, name.replace('/', '.') + '.pcap'), 'wb') as out:
                        out.write(Talk(case, dress).play())


if __name__ == '__main__':
    try:
        main()
    except Script as fault:
        sys.exit(f'talk: {fault}')
