#!/usr/bin/env python3
"""Real programs write down, or carry, what is also captured on the wire; sipwhy has to read the same in
both. Prints TAP.

    inputs.py SIPWHY WORKFOLDER

SIPp's and baresip's logs of their messages, and what ngrep prints of SIPp's in either of its ways, are
compared with the capture of the same run; and what clients
said to Kamailio by TCP, TLS, WebSocket in either, and where the kernel has it SCTP, with what the capture
shows of it. lab.sh starts
it in a network namespace of its own. Everything is over in half a minute.
"""
import base64
import datetime
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import time

LAB = os.path.dirname(os.path.abspath(__file__))
UAC, UAS, CALLER, CALLEE, EDGE, BROWSER = (f'127.0.0.{n}' for n in (101, 102, 103, 104, 105, 106))
CALLS = 20
LATE = 0.25  # seconds between a packet and the line in a log that tells of it

tests = failed = 0


def tell(good, what, why=''):
    global tests, failed
    tests += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {tests} - {what}', flush=True)
    for line in why.splitlines() if not good else []:
        print('# ' + line)


def skip(what, why):
    global tests
    tests += 1
    print(f'ok {tests} - {what} # skip {why}', flush=True)


class Run:
    def __init__(self, sipwhy, work):
        self.sipwhy, self.work, self.processes = sipwhy, work, []

    def path(self, name):
        return os.path.join(self.work, name)

    def start(self, name, *command, **more):
        with open(self.path(name + '.out'), 'wb') as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       cwd=self.work, **more)
        self.processes.append(process)
        return process

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def messages(self, *arguments):
        done = subprocess.run([self.sipwhy, 'list', 'messages', '--json', *arguments], text=True,
                              capture_output=True, timeout=30, check=False)
        return [json.loads(line) for line in done.stdout.splitlines()]


# ---- logs against the wire ----------------------------------------------------------------------------


def fields(message):
    return [message[k] for k in ('call_id', 'cseq', 'start_line', 'branch', 'src', 'dst', 'transport')]


def seconds(message):
    return datetime.datetime.fromisoformat(message['time'].replace('Z', '+00:00')).timestamp()


def compare(run, what, log, address, least, timed):
    """The log of who sits at this address has what was on the wire from and to it."""
    wire = [m for m in run.messages(run.path('wire.pcap')) if m['call_id'] and
            address in (m['src'].rsplit(':', 1)[0], m['dst'].rsplit(':', 1)[0])]
    said = run.messages('--local', address + ':5060', run.path(log))
    by_bytes = sorted(map(fields, wire)), sorted(map(fields, said))
    missed = [m for m in by_bytes[0] if m not in by_bytes[1]]
    more = [m for m in by_bytes[1] if m not in by_bytes[0]]
    tell(len(wire) >= least and by_bytes[0] == by_bytes[1],
         f'{what}: the {len(said)} messages that were on the wire',
         f'on the wire {len(wire)}\n' + '\n'.join([f'not in the log: {m}' for m in missed[:5]] +
                                                  [f'only in the log: {m}' for m in more[:5]]))
    if not timed:
        return
    late = [abs(seconds(a) - seconds(b)) for a, b in zip(sorted(wire, key=fields), sorted(said, key=fields))]
    tell(bool(late) and max(late) < LATE, f'{what}: at their times', f'late by {max(late, default=-1)} s')


def sipp(run, side, address, *more):
    return run.start(side, 'sipp', '-sn', side, '-i', address, '-p', '5060', '-nostdin', '-skip_rlimit',
                     '-trace_msg', '-message_file', run.path(side + '.log'), '-timeout', '20s', *more)


def modules():
    for folder in ('/usr/lib/baresip/modules', '/usr/lib/x86_64-linux-gnu/baresip/modules',
                   '/usr/lib/aarch64-linux-gnu/baresip/modules', '/usr/local/lib/baresip/modules'):
        if os.path.exists(os.path.join(folder, 'ausine.so')):
            return folder
    return '.'


def baresip(run, name, address, length, options, *more):
    """With its SIP trace, which it prints."""
    folder = run.path(name)
    os.mkdir(folder)
    with open(os.path.join(LAB, 'baresip.conf'), encoding='utf-8') as conf:
        config = conf.read().replace('@ADDRESS@', address).replace('@MODULES@', modules())
    account = f'<sip:{name}@{address}>;regint=0;audio_codecs=pcma;{options}\n'
    for file, content in (('config', config), ('contacts', ''), ('accounts', account)):
        with open(os.path.join(folder, file), 'w', encoding='utf-8') as out:
            out.write(content)
    return run.start(name, 'baresip', '-s', '-f', folder, '-t', str(length), *more,
                     env=dict(os.environ, HOME=folder))


# ---- Kamailio's transports ----------------------------------------------------------------------------

# By lines, and a message in one.
NGREP = {'byline': ['-W', 'byline'], 'flat': []}


def ngrep(run, name, options):
    run.start(name, 'ngrep', '-l', '-q', '-t', *options, '-d', 'lo', '', f'udp port 5060 and host {UAC}')


SCTP, SCTP_MAXSEG = 132, 13 # RFC 6458 §8.1.16: the size of a chunk
TRANSPORTS = {'tcp': (8080, 'TCP'), 'tls': (8443, 'TLS'), 'ws': (8080, 'WS'), 'wss': (8443, 'WSS'), 'sctp': (8090, 'SCTP')}


def frame(data):
    """A text frame with a mask, as clients send them: RFC 6455 §5.2."""
    mask = os.urandom(4)
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b'\xfe' + struct.pack('>H', len(data))
    return b'\x81' + length + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(data))


def read_some(connection, enough):
    got = b''
    while not enough(got):
        part = connection.recv(4096)
        if not part:
            break
        got += part
    return got


def upgrade(connection):
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(f'GET / HTTP/1.1\r\nHost: {EDGE}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                       f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n'
                       'Sec-WebSocket-Protocol: sip\r\n\r\n'.encode())
    return b' 101 ' in read_some(connection, lambda b: b.endswith(b'\r\n\r\n'))


def ask(connection, transport):
    """One OPTIONS, of more than a kilobyte; gives back the answer's bytes."""
    word = TRANSPORTS[transport][1]
    browser = transport in ('ws', 'wss')
    if browser and not upgrade(connection):
        return b''
    sender = 'browser.invalid' if browser else '{}:{}'.format(*connection.getsockname()[:2])
    options = (f'OPTIONS sip:{EDGE} SIP/2.0\r\nVia: SIP/2.0/{word} {sender};branch=z9hG4bK{transport}\r\n'
               f'Max-Forwards: 70\r\nFrom: <sip:alice@{EDGE}>;tag=1\r\nTo: <sip:{EDGE}>\r\n'
               f'Call-ID: by-{transport}\r\nCSeq: 1 OPTIONS\r\nSubject: {"long " * 200}\r\n'
               'Content-Length: 0\r\n\r\n').encode()
    connection.sendall(frame(options) if browser else options)
    return read_some(connection, lambda b: b.endswith(b'\r\n\r\n'))


def has_sctp():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP).close()
    except OSError:
        return False
    return True


def start_edge(run):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', run.path('edge.pem'),
                    '-out', run.path('edge.crt'), '-days', '2', '-batch', '-subj', '/CN=edge'],
                   stderr=subprocess.DEVNULL, check=True)
    shutil.copy(os.path.join(LAB, 'edge.cfg'), run.path('edge.cfg'))
    with open(run.path('tls.cfg'), 'w', encoding='utf-8') as out:
        out.write('[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\n'
                  'private_key = edge.pem\ncertificate = edge.crt\n[client:default]\n')
    sctp = ['-A', 'WITH_SCTP', '-l', f'sctp:{EDGE}:8090'] if has_sctp() else []
    run.start('edge', 'kamailio', '-f', run.path('edge.cfg'), '-l', f'tcp:{EDGE}:8080', '-l', f'tls:{EDGE}:8443',
              *sctp, '-Y', run.work, '-w', run.work, '-DD', '-E', '-m', '32', '-M', '4')


def connect(transport):
    for _ in range(50):
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP if transport == 'sctp' else 0)
        try:
            connection.settimeout(5)
            connection.bind((BROWSER, 0))
            if transport == 'sctp':  # the request has to go in several chunks
                connection.setsockopt(SCTP, SCTP_MAXSEG, struct.pack('iI', 0, 512))
            connection.connect((EDGE, TRANSPORTS[transport][0]))
            return connection
        except OSError:
            connection.close()
            time.sleep(0.1)
    raise OSError(f'kamailio does not listen on {transport}')


def visit(run):
    """What each of the connections was answered."""
    answers = {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.keylog_filename = run.path('edge.keys')
    for transport in TRANSPORTS:
        if transport == 'sctp' and not has_sctp():
            continue
        with connect(transport) as plain:
            if transport in ('tls', 'wss'):
                with context.wrap_socket(plain) as secure:
                    answers[transport] = ask(secure, transport)
            else:
                answers[transport] = ask(plain, transport)
    return answers


def judge_edge(run, answers):
    seen = [m for m in run.messages('--keylog', run.path('edge.keys'), run.path('wire.pcap'))
            if m['call_id'].startswith('by-')]
    for transport in TRANSPORTS:
        what = f'SIP over {transport} between a client and Kamailio'
        if transport not in answers:
            skip(what, 'this kernel has no SCTP')
            continue
        got = [[m['start_line'], m['src'].rsplit(':', 1)[0], m['transport']] for m in seen
               if m['call_id'] == 'by-' + transport]
        tell(b'SIP/2.0 200 OK' in answers[transport] and
             got == [[f'OPTIONS sip:{EDGE} SIP/2.0', BROWSER, transport], ['SIP/2.0 200 OK', EDGE, transport]],
             what, f'{got}\n{answers[transport]!r}')


# ---- the run ------------------------------------------------------------------------------------------


def has_edge():
    return shutil.which('kamailio') and any(
        'websocket.so' in files for root in ('/usr/lib', '/usr/lib64', '/usr/local/lib')
        for _, _, files in os.walk(root) if 'tls.so' in files)


def play(run):
    tools = {tool: bool(shutil.which(tool)) for tool in ('sipp', 'baresip', 'ngrep')}
    tools['edge'] = bool(has_edge())
    wire = run.start('tcpdump', 'tcpdump', '-i', 'lo', '-U', '-B', '8192', '-w', run.path('wire.pcap'),
                     'udp port 5060 or tcp or sctp')
    if tools['ngrep']:
        for name, options in NGREP.items():
            ngrep(run, name, options)
    time.sleep(1)
    answers = None
    if tools['edge']:
        start_edge(run)
    if tools['sipp']:
        sipp(run, 'uas', UAS)
        time.sleep(0.3)
        sipp(run, 'uac', UAC, f'{UAS}:5060', '-m', str(CALLS), '-r', '10', '-d', '200')
    if tools['baresip']:
        baresip(run, 'callee', CALLEE, 9, 'answermode=auto')
        time.sleep(0.5)
        baresip(run, 'caller', CALLER, 5, '', '-e', f'/dial sip:callee@{CALLEE}')
    if tools['edge']:
        try:
            answers = visit(run)
        except OSError as error:
            tell(False, 'clients of Kamailio', str(error))
    time.sleep(8)
    wire.terminate()
    wire.wait()
    return tools, answers


def main():
    run = Run(sys.argv[1], sys.argv[2])
    try:
        tools, answers = play(run)
    finally:
        run.stop()
    if tools['sipp']:
        compare(run, 'the log of the calling SIPp', 'uac.log', UAC, 6 * CALLS, True)
        compare(run, 'the log of the called SIPp', 'uas.log', UAS, 6 * CALLS, True)
    else:
        skip('logs of SIPp', 'it is not installed')
    if tools['sipp'] and tools['ngrep']:
        for name in NGREP:
            compare(run, f'what ngrep printed ({name})', name + '.out', UAC, 6 * CALLS, True)
    else:
        skip('what ngrep printed', 'it is not installed, or SIPp')
    if tools['baresip']:
        compare(run, 'the trace of the calling baresip', 'caller.out', CALLER, 6, False)
        compare(run, 'the trace of the called baresip', 'callee.out', CALLEE, 6, False)
    else:
        skip('traces of baresip', 'it is not installed')
    if answers:
        judge_edge(run, answers)
    elif not tools['edge']:
        skip('clients of Kamailio', "kamailio's websocket and tls are not installed")
    print(f'1..{tests}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
