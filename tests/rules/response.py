"""How responses come about, and their way back through the proxies. A part of Talk (talk.py)."""
import re

import sip
from cases import Script
from party import HOP, uri_of
from request import CREATES_DIALOG


class Responses:
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
        start = f'SIP/2.0 {code} {reason or sip.REASONS.get(code, "Unknown")}'
        answer = sip.Message(start, request.method, request.cseq)
        answer.by, answer.dialog = host, request.dialog
        answer.to_whom = answer.origin = request.origin
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
        refreshing = request.method in ('INVITE', 'UPDATE', 'SUBSCRIBE') and 200 <= code < 300
        if (creating and not request.dialog) or refreshing:
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

    def forward_event(self, call, path, _, words, edits):
        """`fwd`: a proxy sends on the last message it has received, of that method or code."""
        what = words.pop(0) if words and re.fullmatch(r'\d{3}|[A-Z]+', words[0]) else ''
        options, _, _ = self.options(words)
        proxy = path[0]
        if what.isdigit():
            found = [a for (host, _), some in call.answers.items() if host is proxy
                     for a in some if str(a.code) == what]
            answer = found[-1].clone()
            answer.remove_first('Via')
            self.edit_at(call, proxy, answer, ['@' + proxy.name + ' ' + e for e in edits if not e.startswith('@')])
            self.return_trip(call, path, answer, options, edits)
            return
        found = [r for (host, _), some in call.received.items() if host is proxy and host is not None
                 for r in some if r.method == (what or r.method)]
        received = max(found, key=lambda r: r.arrived)
        own = ['@' + proxy.name + ' ' + e for e in edits if not e.startswith('@')]
        message = self.pass_on(call, proxy, path[1], received, options, own, len(path) == 2)
        self.travel(call, path, message, options, edits)
