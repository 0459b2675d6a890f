#!/usr/bin/env python3
"""Plays the dialogues of provoked.txt between real SIP stacks while sipwhy listens, and prints as TAP
whether it found in each what the dialogue is meant to provoke, and nothing else.

    provoke.py play SIPWHY WORKFOLDER [NAME]    only dialogues whose title begins with NAME
    provoke.py places                           where Kamailio finds the callees, for its configuration

lab.sh starts it in a network namespace of its own, where any address can be put on loopback.
"""
import json
import os
import shutil
import subprocess
import sys
import time

import dialogue

LAB = os.path.dirname(os.path.abspath(__file__))
LISTEN = 50  # seconds, for what the diagnosis says after 32 s of silence
START = 10  # within so many all dialogues have begun
CONTROL = 12000


class Run:
    def __init__(self, sipwhy, work):
        self.sipwhy, self.work, self.processes = sipwhy, work, []

    def start(self, name, *command, **more):
        log = open(os.path.join(self.work, name + '.log'), 'wb')
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   cwd=self.work, **more)
        self.processes.append(process)
        return process

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def listen(self, what):
        out = os.path.join(self.work, what[0] + '.json')
        return out, subprocess.Popen(
            [self.sipwhy, *what, '--json', '-i', 'lo', '--duration', str(LISTEN), 'not port 5353'],
            stdout=open(out, 'wb'), stderr=open(out + '.err', 'wb'))

    # ---- the stacks ----------------------------------------------------------------------------

    def sipp(self, talk, side, number, target=None):
        name = f'{talk.name}-{side.letter}'
        path = os.path.join(self.work, name + '.xml')
        with open(path, 'w', encoding='utf-8') as out:
            out.write(talk.scenario(side, LISTEN))
        where = [f'{target}:5060'] if target else []
        self.start(name, 'sipp', *where, '-sf', path, '-i', side.address, '-p', '5060', '-m', '1', '-t', 'u1',
                   '-cp', str(CONTROL + 2 * number + (side.letter == 'b')), '-nostdin', '-skip_rlimit',
                   '-default_behaviors', 'none', '-cid_str', talk.name, '-deadcall_wait', '60000',
                   '-max_invite_retrans', '7', '-max_non_invite_retrans', '7',
                   '-trace_err', '-error_file', os.path.join(self.work, name + '.err'),
                   '-timeout', f'{LISTEN + 10}s')

    def baresip(self, talk, target):
        folder = os.path.join(self.work, talk.name)
        os.mkdir(folder)
        with open(os.path.join(LAB, 'baresip.conf'), encoding='utf-8') as conf:
            text = conf.read().replace('@ADDRESS@', talk.a.address).replace('@MODULES@', modules())
        for name, content in (('config', text), ('contacts', ''), ('accounts', f'<sip:caller@{talk.a.address}>;regint=0'
                              f';audio_codecs=pcma;{talk.caller}\n')):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as out:
                out.write(content)
        transport = ';transport=tcp' if 'tcp' in talk.caller else ''
        self.start(talk.name, 'baresip', '-f', folder, '-t', '20', '-e', f'/dial sip:callee@{target}:5060{transport}',
                   env=dict(os.environ, HOME=folder))

    def play(self, talk, number):
        for host in talk.hosts:
            subprocess.run(['ip', 'addr', 'add', f'{host}/32', 'dev', 'lo'], stderr=subprocess.DEVNULL)
        if talk.callee == 'sipp':
            self.sipp(talk, talk.b, number)
            time.sleep(0.1)
        target = dialogue.PROXY if talk.through or talk.callee == 'kamailio' else talk.b.address
        if talk.caller:
            self.baresip(talk, target)
        else:
            self.sipp(talk, talk.a, number, target)


def modules():
    for folder in ('/usr/lib/baresip/modules', '/usr/lib/x86_64-linux-gnu/baresip/modules',
                   '/usr/lib/aarch64-linux-gnu/baresip/modules', '/usr/local/lib/baresip/modules'):
        if os.path.exists(os.path.join(folder, 'ausine.so')):
            return folder
    return '.'


def needs(talk):
    """The stacks that it takes."""
    return {'sipp'} | ({'baresip'} if talk.caller else set()) | \
        ({'kamailio'} if talk.through or talk.callee == 'kamailio' else set())


# ---- what was found ---------------------------------------------------------------------------------


def about(finding, talk, places):
    """Whether a finding is about this dialogue: by its Call-ID, or the addresses that its call had."""
    calls = set(finding.get('call_ids') or []) | {finding.get('call_id') or ''}
    if any(c.split('///')[-1] == talk.name for c in calls):
        return True
    if any(places.get(c, set()) & set(talk.hosts) for c in calls):
        return True
    return (finding.get('endpoint') or '').rsplit(':', 1)[0] in talk.hosts or finding.get('endpoint') in talk.hosts


def judge(talk, findings, places):
    """What is wrong with the findings of a dialogue, as lines."""
    found = [f for f in findings if about(f, talk, places)]
    wrong = [] if any(f['rule'] == talk.rule for f in found) else ['not found']
    for f in found:
        if f['rule'] != talk.rule and f['rule'] not in talk.allow and f['severity'] != 'notice':
            wrong.append(f'also found: {f["rule"]}: {f["summary"]}')
    return wrong


def read(wanted=''):
    talks = [t for t in dialogue.read(os.path.join(LAB, 'provoked.txt')) if t.title.startswith(wanted)]
    for talk in talks:
        talk.play()
    return talks


def places():
    for talk in read():
        if talk.through:
            print(f'    $sht(place=>{talk.b.user}) = "sip:{talk.b.address}:5060";')


def addresses_of_calls(path):
    """Each Call-ID's addresses."""
    found = {}
    with open(path, encoding='utf-8') as listed:
        for line in listed:
            message = json.loads(line)
            found.setdefault(message['call_id'], set()).update(
                message[end].rsplit(':', 1)[0] for end in ('src', 'dst'))
    return found


def lacks(talk):
    """The stacks that it takes and that are not here."""
    return [tool for tool in needs(talk) if not shutil.which(tool)]


def listen(sipwhy, work, talks):
    """Plays the dialogues beside each other; what is wrong with each, by its title."""
    os.makedirs(work, exist_ok=True)
    run = Run(os.path.abspath(sipwhy), work)
    try:
        report, reporter = run.listen(['report'])
        messages, lister = run.listen(['list', 'messages'])
        time.sleep(1)
        begun = time.monotonic()
        for number, talk in enumerate(talks):
            run.play(talk, number)
            time.sleep(max(0, begun + START * (number + 1) / len(talks) - time.monotonic()))
        reporter.wait()
        lister.wait()
    finally:
        run.stop()
    with open(report, encoding='utf-8') as said:
        findings = json.load(said)['findings']
    addresses = addresses_of_calls(messages)
    return {talk.title: judge(talk, findings, addresses) for talk in talks}


def play(sipwhy, work, wanted):
    """Prints the TAP; how many failed. What went wrong is played once more, by itself: on a machine that is busy
    the stacks' own timers slip and a dialogue is not the one that was written."""
    talks = read(wanted)
    wrong = listen(sipwhy, work, [talk for talk in talks if not lacks(talk)])
    again = [talk for talk in talks if wrong.get(talk.title)]
    for talk in again:
        print(f'# played once more: {talk.title}: {"; ".join(wrong[talk.title])}')
    if again:
        wrong.update(listen(sipwhy, os.path.join(work, 'again'), again))
    for number, talk in enumerate(talks, 1):
        print(f'{"not ok" if wrong.get(talk.title) else "ok"} {number} - provoked: {talk.title}'
              + (f' # skip {lacks(talk)[0]} is not installed' if lacks(talk) else ''))
        for line in wrong.get(talk.title, []):
            print(f'#   {line}')
    print(f'1..{len(talks)}')
    return sum(bool(lines) for lines in wrong.values())


if __name__ == '__main__':
    if sys.argv[1] == 'places':
        places()
    else:
        sys.exit(play(*sys.argv[2:5]) > 0)
