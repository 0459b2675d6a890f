"""Who talks, and what is known of a call: hosts, Call-IDs with their dialogs, what was sent."""
import re

import sip

HOP = 0.0012  # seconds from hop to hop


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


def uri_of(text):
    found = re.search('<([^>]*)>', text)
    return found.group(1) if found else text.split(';')[0].strip()


def uri_user(uri):
    return uri.partition(':')[2].rpartition('@')[0]
