"""Dialogues between two real SIP stacks, written so that they can be read, as scenarios for SIPp.

A script says who talks, what the diagnosis must say of it, and the messages in their order:

    rule NAME[/WORD]        begins a dialogue; NAME is the finding that is expected
    allow RULE...           other findings that go with it (everything else of it must be silent)
    hosts A B               addresses of the caller and the callee; otherwise two private ones of its own
    caller baresip OPTIONS  baresip calls instead of SIPp; OPTIONS end its account line
    callee kamailio|none    a Kamailio answers (registrar and proxy), or nobody is there
    through kamailio        a Kamailio passes on what they say to each other

    > METHOD ...            the caller asks            < METHOD ...    the callee asks
    > CODE[/METHOD] ...     the caller answers         < CODE ...      the callee answers
    = MS                    both wait                  =a MS, =b MS    the caller waits, the callee waits
    repeat N ... end        the lines between, N times

Words that may follow a message:
    lost       the other side does nothing about it        once    it is not repeated by its sender
    cseq=N  uri=URI  to=USER  expires=N     other values than what a careful implementation would write
    call=NAME                               a call (Call-ID) of its own beside the first
    auth                                    credentials for the challenge that came last
    bypass                                  sent to the callee itself, past the proxy
    "TEXT"                                  the reason phrase, or padding: pad=N
    sdp WORD...                             a body, as tests/rules/talk.py has it
and indented lines change headers: `Name: value` sets or adds one, `-Name` takes it out.
"""
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'rules'))
import sip  # noqa: E402

CREATES_DIALOG = {'INVITE', 'SUBSCRIBE', 'REFER'}
PROXY = '10.99.0.10'


class Side:
    """One end of a dialogue: what it has written so far decides what it writes next."""

    def __init__(self, letter, address, name):
        self.letter, self.address = letter, address
        self.user = ('caller-' if letter == 'a' else 'callee-') + name
        self.tag = f'{letter}{name}'
        self.cseq, self.requests = (100 if letter == 'a' else 700), 0
        self.asked = []  # requests that it has got and not answered: (method, headers)
        self.invite = None  # its last INVITE
        self.steps = []

    def contact(self, transport='udp'):
        return f'sip:{self.user}@{self.address}:5060' + (';transport=tcp' if transport == 'tcp' else '')


class Dialogue:
    def __init__(self, title, number):
        self.title, self.rule = title, title.split('/')[0]
        self.name = re.sub('[^a-z0-9]+', '-', title)
        self.allow, self.caller, self.callee, self.through = set(), None, 'sipp', None
        self.hosts = (f'10.77.{number}.1', f'10.77.{number}.2')
        self.lines = []

    def settle(self):
        self.a, self.b = (Side(letter, host, self.name) for letter, host in zip('ab', self.hosts))
        self.established = {}  # Call-ID's name: whether there is a dialog

    # ---- from lines to steps ---------------------------------------------------------------

    def play(self):
        self.settle()
        lines, at = [], 0
        while at < len(self.lines):  # repeat N ... end
            words = self.lines[at][0].split()
            if words[0] == 'repeat':
                end = next(i for i in range(at, len(self.lines)) if self.lines[i][0] == 'end')
                lines += self.lines[at + 1:end] * int(words[1])
                at = end
            else:
                lines.append(self.lines[at])
            at += 1
        for line, changes in lines:
            self.event(line, changes)

    def event(self, line, changes):
        first, *rest = line.split(None, 1)
        if first in ('=', '=a', '=b'):
            for side in {'=': (self.a, self.b), '=a': (self.a,), '=b': (self.b,)}[first]:
                side.steps.append(f'  <pause milliseconds="{rest[0]}"/>')
        else:
            words = shlex.split(rest[0])
            sdp = words[words.index('sdp') + 1:] if 'sdp' in words else None
            words = words[:words.index('sdp')] if sdp is not None else words
            me, peer = (self.a, self.b) if first == '>' else (self.b, self.a)
            options = dict(w.split('=', 1) for w in words[1:] if re.match('[a-z]+=', w))
            flags = set(words[1:]) - {f'{k}={v}' for k, v in options.items()}
            self.message(me, peer, words[0], options, flags, sdp, changes)

    def message(self, me, peer, what, options, flags, sdp, changes):
        answer = re.match(r'(\d{3})(?:/(\w+))?$', what)
        if answer:
            headers, method, repeats = self.answer(me, answer, options, flags)
            expected = f'response="{answer[1]}"'
        else:
            headers, repeats = self.request(me, peer, what, options, flags)
            method, expected = what, f'request="{what}"'
        if 'once' in flags:
            repeats = False
        body = ''
        if sdp is not None:
            headers.append(('Content-Type', 'application/sdp'))
            body = sip.sdp(sdp, me.address, '1', me.cseq).decode().replace('\r\n', '\n')
        body = self.change(headers, changes, body)
        if not any(name == 'Content-Length' for name, _ in headers):
            headers.append(('Content-Length', '[len]'))
        me.steps.append(send(headers, body, repeats))
        if 'bypass' in flags:
            me.steps.insert(-1, setdest(peer.address))
        receive = f'  <recv {expected}' + (' auth="true"' if answer and answer[1] in ('401', '407') else '') + \
                  (' rrs="true"' if self.through and method in CREATES_DIALOG else '') + '/>'
        if self.through and answer and answer[1] != '100':
            receive = '  <recv response="100" optional="true"/>\n' + receive
        if 'lost' not in flags and answer and answer[1] != '100' or not answer and 'lost' not in flags:
            peer.steps.append(receive)
        elif 'lost' not in flags:
            peer.steps.append('  <recv response="100" optional="true"/>')

    # ---- the messages of somebody who does everything right ----------------------------------

    def call_id(self, options):
        return f'{options["call"]}///[call_id]' if 'call' in options else '[call_id]'

    def request(self, me, peer, method, options, flags):
        call = options.get('call', '')
        within = self.established.get(call)
        user = options.get('to', peer.user)
        if method in ('ACK', 'CANCEL') and me.invite:
            uri, cseq, branch = me.invite['uri'], me.invite['cseq'], me.invite['branch']
            if method == 'ACK' and me.invite['accepted']:
                uri, branch = me.invite['peer'] or uri, self.branch(me)
        else:
            me.cseq += 1
            uri = peer.contact() if within else f'sip:{user}@{peer.address if not self.through else PROXY}'
            if method == 'REGISTER':
                uri = f'sip:{peer.address if not self.through and self.callee != "kamailio" else PROXY}'
            cseq, branch = me.cseq, self.branch(me)
        if 'uri' in options:
            uri = options['uri']
        cseq = int(options.get('cseq', cseq))
        named = self.through or self.callee == 'kamailio'
        domain = PROXY if named else peer.address
        to = f'<sip:{me.user if method == "REGISTER" else user}@{domain}>'
        ours = f'<sip:{me.user}@{domain if named else me.address}>'
        if me.letter == 'b':  # asks within the caller's dialog
            ours, to = f'<sip:{me.user}@{domain if named else me.address}>', f'<sip:{peer.user}@{domain}>'
        tagged = within and method != 'CANCEL' or method == 'ACK'
        headers = [
            (None, f'{method} {uri} SIP/2.0'),
            ('Via', f'SIP/2.0/[transport] {me.address}:5060;branch={branch}'),
            ('Max-Forwards', '70'),
            ('From', f'{ours};tag={me.tag}'),
            ('To', to + (f';tag={peer.tag}' if tagged else '')),
            ('Call-ID', self.call_id(options)),
            ('CSeq', f'{cseq} {method}'),
        ]
        if within and self.through and 'bypass' not in flags:
            headers.append(('Route', f'<sip:{PROXY};lr>'))
        if method in CREATES_DIALOG | {'REGISTER', 'NOTIFY', 'UPDATE'}:
            headers.append(('Contact', f'<{me.contact()}>'))
        if 'expires' in options:
            headers.append(('Expires', options['expires']))
        if 'auth' in flags:
            headers.append((None, f'[authentication username={me.user} password=wrong-again]'))
        if 'pad' in options:
            headers.append(('X-Padding', 'x' * int(options['pad'])))
        if method == 'INVITE':
            me.invite = {'uri': uri, 'cseq': cseq, 'branch': branch, 'accepted': False, 'peer': None}
        if method != 'ACK':
            peer.asked.append((method, dict(h for h in headers if h[0]), call))
        return headers, method != 'ACK'

    def branch(self, me):
        me.requests += 1
        return f'z9hG4bK{me.tag}{me.requests}'

    def answer(self, me, match, options, flags):
        code, method = int(match[1]), match[2]
        at = max(i for i, (asked, _, _) in enumerate(me.asked) if method in (None, asked))
        method, asked, call = me.asked[at]
        peer = self.a if me is self.b else self.b
        if code >= 200:
            del me.asked[at]
        reason = next((f for f in flags if ' ' in f or f[:1].isupper()), sip.REASONS.get(code, 'Answer'))
        flags.discard(reason)
        echoes = self.through or self.caller
        headers = [(None, f'SIP/2.0 {code} {reason}')]
        for name in ('Via', 'Record-Route', 'From', 'To', 'Call-ID', 'CSeq'):
            value = f'[last_{name}:]' if echoes else asked.get(name)
            if name == 'To' and code > 100 and ';tag=' not in asked.get('To', ''):
                value += f';tag={me.tag}'
            if value is not None:
                headers.append((None if echoes else name, value))
        if method in CREATES_DIALOG and 100 < code < 300:
            headers.append(('Contact', f'<{me.contact()}>'))
            self.established[call] = True
            if peer.invite and method == 'INVITE':
                peer.invite['accepted'] = code >= 200
                peer.invite['peer'] = me.contact()
        if method == 'REGISTER' and code == 200:
            expires = options.get('expires', asked.get('Expires', '3600'))
            headers.append(('Contact', f'{asked["Contact"]};expires={expires}'))
        return headers, method, method == 'INVITE' and code >= 200 or '100rel' in flags

    @staticmethod
    def change(headers, changes, body):
        for change in changes:
            if change.startswith('| '):
                body += change[2:] + '\n'
            elif change.startswith('-'):
                headers[:] = [h for h in headers if h[0] != change[1:]]
            else:
                name, value = (part.strip() for part in change.split(':', 1))
                for i, header in enumerate(headers):
                    if header[0] == name:
                        headers[i] = (name, value)
                        break
                else:
                    headers.append((name, value))
        return body

    # ---- for SIPp ------------------------------------------------------------------------------

    def scenario(self, side, linger):
        """The scenario of one end; it stays for `linger` seconds, so that its port is not closed."""
        steps = '\n'.join(side.steps)
        return ('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
                f'<scenario name="{self.name}">\n{steps}\n  <pause milliseconds="{linger * 1000}"/>\n</scenario>\n')


def send(headers, body, repeats):
    lines = [f'{name}: {value}' if name else value for name, value in headers]
    text = '\n'.join(['      ' + line for line in lines] + [''] + ['      ' + line for line in body.splitlines()])
    opening = '  <send retrans="500">' if repeats else '  <send>'
    return f'{opening}\n    <![CDATA[\n{text}\n\n    ]]>\n  </send>'


def setdest(address):
    return f'  <nop><action><setdest host="{address}" port="5060" protocol="udp"/></action></nop>'


def read(path):
    """The dialogues of a script."""
    dialogues = []
    for number, raw in enumerate(open(path, encoding='utf-8'), 1):
        line = raw.split('#')[0].rstrip() if raw.lstrip().startswith('#') or ' # ' in raw else raw.rstrip()
        words = line.split()
        if not words:
            continue
        try:
            if line[0].isspace():
                dialogues[-1].lines[-1][1].append(line.strip())
            elif words[0] == 'rule':
                dialogues.append(Dialogue(words[1], len(dialogues) + 1))
            elif words[0] == 'allow':
                dialogues[-1].allow |= set(words[1:])
            elif words[0] == 'hosts':
                dialogues[-1].hosts = tuple(words[1:3])
            elif words[0] == 'caller':
                dialogues[-1].caller = line.split(None, 2)[2]
            elif words[0] == 'callee':
                dialogues[-1].callee = words[1]
            elif words[0] == 'through':
                dialogues[-1].through = words[1]
            else:
                dialogues[-1].lines.append((line, []))
        except IndexError:
            sys.exit(f'{path}:{number}: {line}: what is this about?')
    return dialogues
