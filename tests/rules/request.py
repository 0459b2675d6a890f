"""How requests come about: new ones, those that a proxy passes on, CANCEL and the ACK to a failure
that each hop makes for itself. A part of Talk (talk.py).
"""
import hashlib
import re

import sip
from party import HOP, uri_of, uri_user

CREATES_DIALOG = ('INVITE', 'SUBSCRIBE', 'REFER')
HAS_CONTACT = ('INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY', 'REGISTER')


class Requests:
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
            whole = user and ':' in user
            uri = self.fill(user, call) if whole else f'sip:{user or host.user}@{self.domain(host, path)}'
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
            uri = (f'sip:{target.user}@{target.domain or self.settings["domain"]}' if target
                   else self.fill(options['refer'], call))
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
                message = self.pass_on(call, src, dst, received, options, edits, dst is path[-1])
            here = options if dst is path[-1] else {k: v for k, v in options.items() if k != 'lost'}
            self.put(call, src, dst, message, here, at=at)
            if i < len(path) - 2 and message.method == 'INVITE' and not {'notrying', 'lost'} & options.keys():
                self.trying(call, src, dst, at + HOP / 3, options)
            at += HOP

    def trying(self, call, src, proxy, at, options):
        answer = self.new_response(call, proxy, src, call.received[proxy, src][-1], 100, None, {})
        answer.remove('Contact')
        self.finish(call, answer, proxy, src, [], {})
        kept = {k: v for k, v in options.items() if k in ('unseen', 'tcp', 'udp')}
        self.put(call, proxy, src, answer, kept, at=at)

    def pass_on(self, call, proxy, to, received, options, edits, last):
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
        own = {k: v for k, v in options.items() if k != 'branch'}
        self.push_via(call, message, proxy, to, own, received.get('Via'))
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
                to = next(a for a in reversed(call.answers[src, dst])
                          if a.code >= 300 and a.method == 'INVITE').get('To')
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
            user = '-' if host.stack['port'] else host.name
            make = lambda v: sip.sdp(words, address, session, v, user, (host.name,))
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
                    f'uri="{message.uri}", response="{answer}", algorithm=MD5, cnonce="{cnonce}", qop=auth, '
                    f'nc=00000001')
