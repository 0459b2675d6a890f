#!/usr/bin/env python3
"""Puts the diagnosis to the proof: plays every case of the scripts, lets `sipwhy report --json` look
at the capture, and compares its findings with what the case claims. Writes TAP, and at the end a
table of all rules as comments.

    judge.py [-k] [-n NAME] SCRIPT...     -n: only cases whose names begin so; -k: keep the captures

A case passes when every expected finding is there, nothing forbidden is, and no error or warning
is found that the case does not expect or allow. SIPWHY names the program.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

from cases import Script, read_cases
from talk import Talk


def fits(claim, finding, talk):
    """Whether a finding is the one that a claim speaks of."""
    if claim.rule != finding['rule']:
        return False
    where = claim.where
    if 'code' in where and str(finding.get('code')) != where['code']:
        return False
    if 'sure' in where and round(100 * finding['confidence']) != int(where['sure']):
        return False
    if 'severity' in where and finding['severity'] != where['severity']:
        return False
    if 'times' in where and str(finding.get('count')) != where['times']:
        return False
    if any(key in where and where[key] not in finding[part]
           for key, part in (('says', 'summary'), ('cause', 'cause'), ('first', 'remedy'))):
        return False
    if 'at' in where and str(finding.get('host')) not in (
            talk.hosts[where['at']].address, talk.hosts[where['at']].public()[0]):
        return False
    if 'call' in where:
        return talk.calls[where['call']].id in [finding.get('call_id'), *(finding.get('call_ids') or ())]
    if 'endpoint' in where:
        host = talk.hosts[where['endpoint']]
        found = str(finding.get('endpoint') or '').strip('[]')
        known = {host.address, host.public()[0]}
        return found in known or found.rsplit(':', 1)[0].strip('[]') in known
    return True


def rows_told(program, path, rule):
    """The codes of the transactions that the list explains by a rule, in their order; 0: no answer."""
    done = subprocess.run([program, 'list', 'transactions', '--json', '--filter', f'why == {rule}', path],
                          capture_output=True, timeout=60, check=False)
    return ','.join(str(json.loads(line).get('code') or 0) for line in done.stdout.splitlines())


def shown(finding):
    place = finding.get('endpoint') or finding.get('call_id') or '-'
    return f"{finding['severity']} {finding['rule']} at {place}: {finding.get('summary', '')}"


def run(program, folder, case, name, dress):
    """Plays one case in one dress. Returns (name, claims met or not, findings too many, troubles)."""
    talk = Talk(case, dress)
    path = os.path.join(folder, name.replace('/', '.') + '.pcap')
    with open(path, 'wb') as out:
        out.write(talk.play())
    done = subprocess.run([program, 'report', '--json', path], capture_output=True, timeout=60, check=False)
    try:
        findings = json.loads(done.stdout)['findings']
    except (ValueError, KeyError):
        return name, [], [], [f'no report, exit status {done.returncode}: {done.stderr.decode()[:300]}']
    met, troubles, extra = [], [], []
    for claim in case.claims:
        found = any(fits(claim, finding, talk) for finding in findings)
        met.append((claim, found))
        if claim.kind == 'expect' and not found:
            troubles.append(f'missing: {claim}')
        rows = rows_told(program, path, claim.rule) if 'rows' in claim.where else ''
        if rows != claim.where.get('rows', ''):
            troubles.append(f'explains the rows {rows}: {claim}')
        if claim.kind == 'forbid' and found:
            troubles.append(f'forbidden: {claim}')
    told = [(f['rule'], f['endpoint'], f['summary']) for f in findings if f.get('endpoint')]
    troubles += [f'told twice: {one}' for one in set(told) if told.count(one) > 1]
    for finding in findings:
        if not any(fits(claim, finding, talk) for claim in case.claims):
            extra.append(finding)
            if finding['severity'] != 'notice':
                troubles.append(f'false: {shown(finding)}')
    return name, met, extra, troubles


def table(results, rules):
    """One row a rule: found and expected, clean and all near misses, false findings."""
    count = collections.defaultdict(lambda: [0] * 6)
    for _, met, extra, _ in results:
        for claim, found in met:
            row = count[claim.rule]
            if claim.kind == 'expect':
                row[0] += found
                row[1] += 1
            elif claim.kind == 'forbid':
                row[2] += not found
                row[3] += 1
        for finding in extra:
            count[finding['rule']][4 if finding['severity'] != 'notice' else 5] += 1
    for rule in rules:
        count[rule]
    yield f"{'rule':28} {'found':>9} {'near miss clean':>16} {'false':>6} {'notices':>8}"
    for rule, (a, b, c, d, e, f) in sorted(count.items()):
        mark = '' if b and d else '  no case' if not b else '  no near miss'
        yield f"{rule:28} {f'{a}/{b}':>9} {f'{c}/{d}':>16} {e:>6} {f:>8}{mark}"
    sums = [sum(column) for column in zip(*count.values())] if count else [0] * 6
    yield f"{'total':28} {f'{sums[0]}/{sums[1]}':>9} {f'{sums[2]}/{sums[3]}':>16} {sums[4]:>6} {sums[5]:>8}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-k', dest='keep', action='store_true')
    parser.add_argument('-n', dest='name', default='')
    parser.add_argument('-r', dest='rules', help='a folder with a page for each rule, which shall all have cases')
    parser.add_argument('scripts', nargs='+')
    chosen = parser.parse_args()
    program = os.environ.get('SIPWHY', './sipwhy')
    jobs = [(case, name, dress) for path in chosen.scripts for case in read_cases(path)
            for name, dress in case.each() if name.startswith(chosen.name)]
    folder = tempfile.mkdtemp(prefix='sipwhy-rules.')
    print(f'1..{len(jobs)}')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: run(program, folder, *job), jobs))
    for at, ((case, _, _), (name, _, _, troubles)) in enumerate(zip(jobs, results), 1):
        print(f"{'not ok' if troubles else 'ok'} {at} - {name} ({case.place})")
        for trouble in troubles:
            print(f'# {trouble}')
    pages = os.listdir(chosen.rules) if chosen.rules and not chosen.name else []
    rules = [page[:-3] for page in pages if page.endswith('.md')]
    lines = list(table(results, rules))
    print('#')
    for line in lines:
        print('# ' + line)
    if os.environ.get('RULES_TABLE'):
        with open(os.environ['RULES_TABLE'], 'w', encoding='utf-8') as file:
            file.writelines(line + '\n' for line in lines)
    if chosen.keep:
        print(f'# captures: {folder}')
    else:
        shutil.rmtree(folder)
    sys.exit(any(troubles for *_, troubles in results))


if __name__ == '__main__':
    try:
        main()
    except Script as fault:
        print(f'Bail out! {fault}')
        sys.exit(1)
