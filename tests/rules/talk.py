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
    twice [SECONDS]               captured on two interfaces at once, or so long after each other
    background N                  N ordinary calls, registrations and OPTIONS of other hosts
    also WAY...                   the case once more in another dress, one each (WAY+WAY: both at once):
                                  v6, tcp, stacks (other habits), twice, later (twice, 30 ms apart), vlan,
                                  sll, raw, background,
                                  or one of STYLES: compact folded reversed lowercase spaced joined ...

WHAT THE DIAGNOSIS SHALL SAY
    expect RULE [call=LABEL|endpoint=HOST] [at=HOST] [code=N]     this finding, booked on the host that its
                                  cause names; and if its words matter:
                                  [sure=PERCENT] [severity=NAME] [times=N] [says=TEXT] [cause=TEXT] [first=TEXT]
                                  (parts of summary, cause, remedy; "says=two words")
                                  [rows=CODE,...]: what the list of transactions explains by it, by their
                                  codes, 0 where none came
    expect none                   no error and no warning (which holds always for what is not named)
    allow RULE ...                may be there
    forbid RULE ...               must not be there, as a notice either: a near miss of that rule

WHAT HAPPENS: one line an event, TIME first: seconds, or +SECONDS after the start of the event before
(a message needs 1.2 ms for each further hop).
    0.0 alice > proxy > bob INVITE sdp PCMU PCMA te       a request on its way over all hops. The hosts
                                  between are proxies: 100 Trying, Via, Max-Forwards, Record-Route.
    +1 bob > proxy > alice 200 sdp PCMU te                the answer to the last request from there that
                                  bob has not answered yet; 200/CANCEL or 200/INVITE.2 (its CSeq) say which.
                                  A failure of an INVITE is acknowledged on each hop. A quoted text is the reason.
    +0 proxy > bob fwd [INVITE|200] ...                   sends on what the proxy last received: to write
                                  hop by hop, to fork, to change it
    +0.5 again [A > B] [INVITE|200]                       the same bytes again on the same hop; what was lost
                                  arrives now
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
    +0 alice > gw tls [sni=NAME] [until=DAYS] [closed] [alert=N [server]]     a TLS handshake of its own:
                                  completed; closed by gw without an answer; or ended by an alert of
                                  alice (of gw). gw's certificate is good for DAYS more (100, or minus)
    +0 alice > bob rtp N          N packets of PCMU, 20 ms apart
    +0 alice > srv stun           a STUN request and its answer, which tells the public address
    +0 alice > bob keepalive      CR LF CR LF
    40 tick                       a packet that is not SIP: the capture goes on at least so long
"""
import argparse
import os
import re
import shlex
import sys
from ipaddress import ip_address

import sip
from cases import Script, read_cases
from flow import Flows
from party import Call, Host, Sent, uri_of
from request import CREATES_DIALOG, Requests
from response import Responses
from wire import Wire

EPHEMERAL = {'v6', 'tcp', 'stacks', 'twice', 'later', 'vlan', 'sll', 'raw', 'background'}
TWICE = {'twice': 0.000015, 'later': 0.03}  # seconds
FLAGS = {'auth', 'stale', '100rel', 'noack', 'notrying', 'lost', 'unseen', 'tcp', 'udp', 'frag', 'first',
         'last', 'early', 'closed', 'server', 'keepuri', 'refused', 'unanswered', 'fin', 'rst'}
VALUES = {'to', 'from', 'uri', 'cseq', 'branch', 'tag', 'expires', 'event', 'refer', 'sipfrag', 'q850', 'realm',
          'split', 'frag', 'pad', 'ring', 'talk', 'alert', 'sni', 'until', 'by', 'port', 'bytes', 'state'}
ACTIONS = {  # what an event does that is neither method nor code
    'call': 'flow_call', 'setup': 'flow_call', 'answer': 'flow_answer', 'hangup': 'flow_hangup',
    'cancel': 'flow_cancel', 'register': 'flow_register', 'fwd': 'forward_event', 'icmp': 'icmp',
    'syn': 'connection', 'tls': 'handshake', 'close': 'connection', 'rtp': 'rtp', 'stun': 'stun', 'keepalive': 'keepalive',
    'raw': 'raw',
}


class Talk(Requests, Responses, Flows):
    """Plays one case in one dress."""

    def __init__(self, case, dress=()):
        self.case, self.dress = case, dress
        self.wire, self.hosts, self.calls, self.sent = Wire(), {}, {}, []
        self.streams = set()
        self.settings = {'link': 'ethernet', 'domain': 'example.org', 'twice': None, 'window': (None, None),
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
            elif way in TWICE:
                self.settings['twice'] = TWICE[way]
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
            self.settings['twice'] = float(rest[0]) if rest else TWICE['twice']
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
        names = 'addr|public|hostport|contact|user|tag|callid'
        return re.sub(rf'\{{({names})(?: ([\w-]+))?(?: ([\w-]+))?\}}', value, text)

    # --- Events ----------------------------------------------------------------------------------

    def event(self, words, edits):
        label = '1'
        if words[0].startswith('['):
            label = words.pop(0).strip('[]')
        if words[0] == 'tick':
            self.tick()
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
        action = getattr(self, ACTIONS[verb]) if verb in ACTIONS else \
            self.response if re.match(r'\d{3}', verb) else self.request if verb.isupper() else None
        if not action:
            raise Script(f'no such event: {verb}')
        action(call, path, verb, words, edits)

    def raw(self, call, path, _, words, edits):
        options = self.options(words)[0]
        text = '\r\n'.join(e[1:].removeprefix(' ') for e in edits).replace('\\r', '\r') + '\r\n\r\n'
        self.put(call, path[0], path[1], None, options, self.fill(text, call).encode())

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
            'tag': tag.group(1), 'routes': routes,
            'target': uri_of(target) if target else known and known['target']}


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
