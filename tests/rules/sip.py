"""SIP messages for the language of talk.py: headers that can be edited, ways of writing that do
not change the meaning, habits of different stacks, SDP. Nothing here knows who talks to whom.
"""
import hashlib
import re

COMPACT = {
    'Via': 'v', 'From': 'f', 'To': 't', 'Call-ID': 'i', 'Contact': 'm', 'Content-Length': 'l',
    'Content-Type': 'c', 'Supported': 'k', 'Subject': 's', 'Event': 'o', 'Refer-To': 'r',
    'Referred-By': 'b', 'Allow-Events': 'u', 'Session-Expires': 'x', 'Content-Encoding': 'e',
}
REASONS = {
    100: 'Trying', 180: 'Ringing', 181: 'Call Is Being Forwarded', 182: 'Queued',
    183: 'Session Progress', 199: 'Early Dialog Terminated', 200: 'OK', 202: 'Accepted',
    204: 'No Notification', 300: 'Multiple Choices', 301: 'Moved Permanently',
    302: 'Moved Temporarily', 305: 'Use Proxy', 380: 'Alternative Service', 400: 'Bad Request',
    401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found',
    405: 'Method Not Allowed', 406: 'Not Acceptable', 407: 'Proxy Authentication Required',
    408: 'Request Timeout', 410: 'Gone', 412: 'Conditional Request Failed',
    413: 'Request Entity Too Large', 414: 'Request-URI Too Long', 415: 'Unsupported Media Type',
    416: 'Unsupported URI Scheme', 420: 'Bad Extension', 421: 'Extension Required',
    422: 'Session Interval Too Small', 423: 'Interval Too Brief', 428: 'Use Identity Header',
    429: 'Provide Referrer Identity', 430: 'Flow Failed', 433: 'Anonymity Disallowed',
    436: 'Bad Identity Info', 437: 'Unsupported Credential', 438: 'Invalid Identity Header',
    439: 'First Hop Lacks Outbound Support', 440: 'Max-Breadth Exceeded', 469: 'Bad Info Package',
    470: 'Consent Needed', 480: 'Temporarily Unavailable', 481: 'Call/Transaction Does Not Exist',
    482: 'Loop Detected', 483: 'Too Many Hops', 484: 'Address Incomplete', 485: 'Ambiguous',
    486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Acceptable Here', 489: 'Bad Event',
    491: 'Request Pending', 493: 'Undecipherable', 494: 'Security Agreement Required',
    500: 'Server Internal Error', 501: 'Not Implemented', 502: 'Bad Gateway',
    503: 'Service Unavailable', 504: 'Server Time-out', 505: 'Version Not Supported',
    513: 'Message Too Large', 555: 'Push Notification Service Not Supported',
    580: 'Precondition Failure', 600: 'Busy Everywhere', 603: 'Decline',
    604: 'Does Not Exist Anywhere', 606: 'Not Acceptable', 607: 'Unwanted', 608: 'Rejected',
}
ALLOW = 'INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, UPDATE, PRACK, MESSAGE'


def digest(*seed):
    return hashlib.sha256('/'.join(map(str, seed)).encode()).hexdigest()


def number(digits, *seed):
    return str(int(digest(*seed), 16))[-digits:].replace('0', '7')


# The habits of a stack. via: where rport stands, or that it is not used. port: whether 5060 is
# written. id, tag, branch: how it makes them. order: the headers it writes first. contact: URI
# parameters. shown: how a display name is written.
def uuid(*seed):
    h = digest(*seed)
    return f'{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}'


STACKS = {
    'phone-y': dict(agent='Yealink SIP-T46S 66.86.0.15', via='plain', port=True, cseq=1,
                    id=lambda s, a: f'0_{number(9, *s)}@{a}', tag=lambda s: number(9, *s),
                    branch=lambda s: number(10, *s), contact='', shown='"{}" ',
                    order=('Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Content-Type')),
    'phone-c': dict(agent='Cisco-CP8841/12.8.1', via='none', port=True, cseq=101,
                    id=lambda s, a: f'{digest(*s)[:8]}-{digest(*s)[8:16]}-{digest(*s)[16:24]}@{a}',
                    tag=lambda s: digest(*s)[:24], branch=lambda s: digest(*s)[:8],
                    contact=';transport={transport}', shown='"{}" ',
                    order=('Via', 'From', 'To', 'Call-ID', 'Max-Forwards', 'Date', 'CSeq', 'User-Agent')),
    'phone-b': dict(agent='baresip v3.1.0 (x86_64/linux)', via='last', port=True, cseq=20114,
                    id=lambda s, a: digest(*s)[:16], tag=lambda s: digest(*s)[:16],
                    branch=lambda s: digest(*s)[:16], contact='', shown='"{}" ',
                    order=('Via', 'Contact', 'Max-Forwards', 'To', 'From', 'Call-ID', 'CSeq')),
    'phone-l': dict(agent='LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3.14', via='last', port=True,
                    cseq=20, id=lambda s, a: digest(*s)[:10], tag=lambda s: '~' + digest(*s)[:9],
                    branch=lambda s: '.' + digest(*s)[:16], contact=';transport={transport}', shown='',
                    order=('Via', 'From', 'To', 'CSeq', 'Call-ID', 'Max-Forwards', 'Supported')),
    'pbx-a': dict(agent='Asterisk PBX 20.5.0', via='rport-first', port=True, cseq=8123,
                  id=lambda s, a: uuid(*s), tag=lambda s: uuid('t', *s), branch=lambda s: 'Pj' + uuid(*s),
                  contact='', shown='"{}" ',
                  order=('Via', 'From', 'To', 'Contact', 'Call-ID', 'CSeq', 'Allow', 'Supported')),
    'pbx-f': dict(agent='FreeSWITCH-mod_sofia/1.10.11', via='rport-first', port=False, cseq=127883462,
                  id=lambda s, a: uuid('f', *s), tag=lambda s: digest(*s)[:13].upper(),
                  branch=lambda s: digest(*s)[:13].upper(), contact=';transport={transport}', shown='"{}" ',
                  order=('Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Contact')),
    'sbc-o': dict(agent='Oracle SBC', via='none', port=True, cseq=1,
                  id=lambda s, a: f'SD{digest(*s)[:30]}-v300g00', tag=lambda s: digest(*s)[:8] + '-co-INS',
                  branch=lambda s: digest(*s)[:20] + '.1', contact=';transport={transport}', shown='',
                  order=('Via', 'Call-ID', 'From', 'To', 'CSeq', 'Max-Forwards', 'Contact')),
    'proxy-k': dict(agent='kamailio (5.7.4 (x86_64/linux))', via='none', port=True, cseq=10,
                    id=lambda s, a: f'{digest(*s)[:16]}-{number(5, *s)}@{a}', tag=lambda s: digest(*s)[:37],
                    branch=lambda s: f'{digest(*s)[:4]}.{digest(*s)[4:36]}.0', contact='', shown='',
                    order=('Via', 'To', 'From', 'CSeq', 'Call-ID', 'Max-Forwards')),
}


def escape_host(address):
    return f'[{address}]' if ':' in address else address


class Message:
    """A request or response: start line, headers in order, body. Content-Length is added when it
    is written, unless an edit sets or removes it. What the language wants to remember of it
    (method, CSeq number, sender) are plain attributes."""

    def __init__(self, start, method, cseq):
        self.start, self.method, self.cseq = start, method, cseq
        self.headers = []
        self.body = b''
        self.style = ()
        self.seds = []
        self.length = '='  # Content-Length: '=' right, '' none, '+N' or 'N' wrong

    def clone(self):
        other = Message(self.start, self.method, self.cseq)
        other.__dict__.update(self.__dict__)
        other.headers = [list(h) for h in self.headers]
        other.seds = list(self.seds)
        return other

    @property
    def code(self):
        return int(self.start.split()[1]) if self.start.startswith('SIP/2.0 ') else 0

    @property
    def uri(self):
        return self.start.split()[1]

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name, default=''):
        return next(iter(self.all(name)), default)

    def add(self, name, value):
        self.headers.append([name, value])

    def put_first(self, name, value):
        at = next((i for i, h in enumerate(self.headers) if h[0].lower() == name.lower()), 0)
        self.headers.insert(at, [name, value])

    def remove(self, name):
        self.headers = [h for h in self.headers if h[0].lower() != name.lower()]

    def remove_first(self, name):
        at = next(i for i, h in enumerate(self.headers) if h[0].lower() == name.lower())
        del self.headers[at]

    def set(self, name, value):
        """Replaces the first header of that name, or adds one."""
        for h in self.headers:
            if h[0].lower() == name.lower():
                h[1] = value
                return
        self.add(name, value)

    def edit(self, line):
        """One indented line of a script; see talk.py."""
        if line.startswith(('s/', 'b/')):
            old, new = (part.replace('\\/', '/') for part in re.split(r'(?<!\\)/', line[2:])[:2])
            self.seds.append((line[0], old, new.replace('\\n', '\r\n')))
        elif line.startswith('|'):
            self.body += line[1:].removeprefix(' ').encode() + b'\r\n'
        elif line.startswith('-'):
            name = line[1:].strip()
            if name == 'Content-Length':
                self.length = ''
            self.remove(name)
        elif line.startswith('+'):
            self.add(*(part.strip() for part in line[1:].split(':', 1)))
        else:
            name, value = (part.strip() for part in line.split(':', 1))
            if name == 'Content-Length':
                self.length = value
            else:
                self.set(name, value)

    def arrange(self, order):
        """Sorts the headers as a stack would, those of one name staying in order."""
        place = {name: i for i, name in enumerate(order)}
        self.headers.sort(key=lambda h: place.get(h[0], len(place)))

    def lines(self):
        rows = [list(h) for h in self.headers]
        if self.length:
            wrong = {'=': 0}.get(self.length)
            if wrong is None and self.length.startswith(('+', '-')):
                wrong = int(self.length)
            rows.append(['Content-Length', self.length if wrong is None else str(len(self.body) + wrong)])
        for style in self.style:
            rows = STYLES[style](rows)
        return rows

    def bytes(self):
        text = self.start + '\r\n' + ''.join(f'{n}: {v}\r\n' for n, v in self.lines()) + '\r\n'
        body = self.body.decode('utf-8', 'surrogateescape')
        for part, old, new in self.seds:
            if not re.search(old, text if part == 's' else body):
                raise ValueError(f'nothing to replace: {old}')
            if part == 's':
                text = re.sub(old, new, text, count=1)
            else:
                body = re.sub(old, new, body)
        return (text + body).encode('utf-8', 'surrogateescape')


# --- Ways of writing -----------------------------------------------------------------------------

def reverse(rows):
    """Other order; headers of one name stay in theirs, since it has a meaning."""
    names = list(dict.fromkeys(n for n, _ in rows))
    return [[n, v] for name in reversed(names) for n, v in rows if n == name]


def fold(rows):
    """A line break where white space may stand: before a parameter outside of <>, after a comma."""
    out = []
    for n, v in rows:
        at = v.rfind('>') + 1
        cut = v.find(';', at)
        if n in ('Via', 'From', 'To', 'Contact', 'Record-Route', 'Route') and cut > 0:
            v = v[:cut] + '\r\n ' + v[cut:]
        elif n in ('Allow', 'WWW-Authenticate', 'Proxy-Authenticate', 'Authorization', 'Proxy-Authorization'):
            v = v.replace(', ', ',\r\n\t', 1)
        elif n == 'CSeq':
            v = v.replace(' ', '\r\n  ', 1)
        out.append([n, v])
    return out


def join(rows):
    """Headers that may be lists, as one line each."""
    out = []
    for n, v in rows:
        if out and out[-1][0] == n and n in ('Via', 'Route', 'Record-Route'):
            out[-1][1] += ', ' + v
        else:
            out.append([n, v])
    return out


STYLES = {
    'compact': lambda rows: [[COMPACT.get(n, n), v] for n, v in rows],
    'folded': fold,
    'reversed': reverse,
    'lowercase': lambda rows: [[n.lower(), v] for n, v in rows],
    'uppercase': lambda rows: [[n.upper(), v] for n, v in rows],
    'spaced': lambda rows: [[n + ' ', ' ' + v + ' '] for n, v in rows],
    'joined': join,
}

# --- SDP -----------------------------------------------------------------------------------------

CODECS = {
    'PCMU': (0, 'PCMU/8000'), 'GSM': (3, 'GSM/8000'), 'G723': (4, 'G723/8000'), 'PCMA': (8, 'PCMA/8000'),
    'G722': (9, 'G722/8000'), 'CN': (13, 'CN/8000'), 'G728': (15, 'G728/8000'), 'G729': (18, 'G729/8000'),
    'te': (101, 'telephone-event/8000'), 'te16': (102, 'telephone-event/16000'),
    'te48': (110, 'telephone-event/48000'), 'opus': (111, 'opus/48000/2'), 'iLBC': (97, 'iLBC/8000'),
    'AMR': (96, 'AMR/8000'), 'AMR-WB': (104, 'AMR-WB/16000'), 'speex': (98, 'speex/16000'),
    'EVS': (127, 'EVS/16000'), 'H264': (99, 'H264/90000'), 'VP8': (100, 'VP8/90000'), 'H263': (34, 'H263/90000'),
}
PROFILES = {'savp': 'RTP/SAVP', 'savpf': 'RTP/SAVPF', 'avpf': 'RTP/AVPF', 'dtls': 'UDP/TLS/RTP/SAVPF'}


def media(words, port, seed):
    """One m= section: codecs by name, and words for the rest (see talk.py)."""
    kind, profile, names, extra, bare = 'audio', 'RTP/AVP', [], [], False
    for word in words:
        key, _, value = word.partition('=')
        if word in ('video', 'image', 'audio'):
            kind = word
        elif word in PROFILES:
            profile = PROFILES[word]
        elif word in ('sendonly', 'recvonly', 'inactive', 'sendrecv'):
            extra.append(f'a={word}')
        elif word == 'bare':
            bare = True
        elif key == 'port':
            port = int(value)
        elif key == 'a':
            extra.append(f'a={value}')
        elif key in CODECS:
            names.append((int(value or CODECS[key][0]), CODECS[key][1]))
        else:
            raise ValueError(f'SDP has no {word}')
    if kind == 'image':
        return [f'm=image {port} udptl t38', 'a=T38FaxVersion:0', 'a=T38MaxBitRate:14400',
                'a=T38FaxRateManagement:transferredTCF'] + extra
    lines = [f'm={kind} {port} {profile} ' + ' '.join(str(pt) for pt, _ in names)]
    for pt, name in names:
        if not (bare and pt < 96):
            lines.append(f'a=rtpmap:{pt} {name}')
        if name.startswith('telephone-event'):
            lines.append(f'a=fmtp:{pt} 0-16')
    if 'UDP/TLS' in profile:
        lines += ['a=fingerprint:sha-256 ' + ':'.join(re.findall('..', digest(*seed).upper())),
                  'a=setup:actpass']
    elif 'SAVP' in profile:
        lines.append('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:' + digest(*seed)[:40])
    return lines + extra


def sdp(spec, address, session, version, user='-', seed=()):
    """The words after `sdp` as a session description; sections are parted by '/'."""
    place, sections, top = address, [[]], []
    for word in spec:
        if word == '/':
            sections.append([])
        elif word.startswith('c='):
            place = word[2:]
        elif word.startswith('o='):
            address = word[2:]
        elif word.startswith('top='):
            top.append('a=' + word[4:])
        else:
            sections[-1].append(word)
    family = 'IP6' if ':' in place else 'IP4'
    lines = ['v=0', f'o={user} {session} {version} IN {"IP6" if ":" in address else "IP4"} {address}', 's=-',
             f'c=IN {family} {place}', 't=0 0'] + top
    port = 10000 + int(digest(session, *seed), 16) % 20000 * 2
    for i, words in enumerate(sections):
        lines += media(words, port + 4 * i, (session, i))
    return ('\r\n'.join(lines) + '\r\n').encode()
