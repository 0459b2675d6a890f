"""Scripts read into cases: the lines of each, and what is claimed of it. The language is told in
talk.py.
"""
import os
import re
import shlex


class Script(Exception):
    """A fault in a script."""


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
                    cases[-1].claims.append(Claim(words[0], shlex.split(line)[1:]))
            elif words[0] == 'also':
                cases[-1].variants += words[1:]
            else:
                cases[-1].lines.append((f'{os.path.basename(path)}:{at}', line))
    return cases
