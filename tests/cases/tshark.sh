#!/bin/sh
# Counts of SIP messages over UDP and TCP, per method and per response code, compared with tshark's
# statistics (-z sip,stat): for the captures of this folder, the demo, and every capture below
# the folder $SIPWHY_CAPTURES where that is set.
#
#   SIPWHY=PROGRAM   the program under test (sipwhy in the current folder)
#   SRCDIR=FOLDER    the source tree (two folders up from this file)
#
# What another protocol carries or quotes (TLS, ICMP) is left out on both sides. Writes TAP;
# skipped where tshark or jq is missing.
set -u

SRCDIR=$(cd "${SRCDIR:-$(dirname "$0")/../..}" && pwd) || exit 1
SIPWHY=${SIPWHY:-./sipwhy}
for tool in tshark jq; do
    if ! command -v "$tool" >/dev/null; then
        echo "1..0 # skip $tool is not installed"
        exit 0
    fi
done
work=$(mktemp -d "${TMPDIR:-/tmp}/tshark.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
HOME=$work TZ=UTC LANG=C.UTF-8
export HOME TZ LANG

# Where tshark counts less than there are: file, method or code, how many less, and why.
cat >"$work/less" <<'END'
malformed.pcap  OPTIONS 4  two blanks, SIP/3.0, no scheme: no SIP; it stops at a CSeq without method
malformed.pcap  700     1  its table of codes ends at 699
esp.pcap        OPTIONS 2  it reads ESP without encryption only when told to
hep.pcap        OPTIONS 3  it reads HEP on the port of its own only
hep.pcap        200     2  the same
hep.pcap        MESSAGE 1  the same
ports.pcap      OPTIONS 1  it believes port 53 and reads DNS
snap.pcap       INVITE  1  it gives the message up, uncounted, where the capture cuts it
version-2.2.pcap INVITE 1 the same
version-2.2.pcap 200  1   and once more
sip_reqs.pcap   BYE     1  the same: the last header line ends with the packet
tcp.pcap        200     1  it does not put segments in order unless told to
tcp-lengths.pcap OPTIONS 2 it waits for all that a Content-Length promises
syntax.pcap     OPTIONS 1  leading CRLFs (RFC 3261 §7.5) are no SIP to it
END

# "METHOD-or-CODE COUNT" lines, sorted.
count_ours()
{
    "$SIPWHY" list messages --json "$1" 2>/dev/null |
        jq -r 'select(.transport != "tls") | .code // (.start_line | split(" ")[0])' |
        sort | uniq -c | awk '{ print $2, $1 }' | sort
}

count_theirs()
{
    tshark -q -n -r "$1" -z 'sip,stat,(udp || tcp || sctp) && !tls && !icmp && !icmpv6' 2>/dev/null |
        awk '/^\* / { section = /Status Codes/ ? "codes" : /Request methods/ ? "methods" : "" }
             section && / : +[0-9]+ Packets/ {
                 match($0, / : +[0-9]+ Packets/)
                 n = substr($0, RSTART + 2) + 0
                 print section == "codes" ? $2 : $1, n
             }' >"$work/raw"
    awk -v file="$(basename "$1")" '
        FILENAME ~ /less$/ { if ($1 == file) more[$2] = $3; next }
        FILENAME ~ /ours$/ { ours[$1] = $2; next }
        { count[$1] += $2 }
        END {
            # a newer tshark may have learned what an older one leaves out
            for (k in more) if (count[k] != ours[k]) count[k] += more[k]
            for (k in count) print k, count[k]
        }' "$work/less" "$work/ours" "$work/raw" | sort
}

# The same for what is in TLS, by Call-ID; the key log stands beside the capture.
decrypted_ours()
{
    "$SIPWHY" list messages --json --keylog "${1%.pcap}.keys" "$1" 2>/dev/null |
        jq -r 'select(.transport == "tls") | .call_id' | sort | uniq -c
}

# Early data is in no list of ours.
decrypted_theirs()
{
    tshark -n -r "$1" -o "tls.keylog_file:${1%.pcap}.keys" -Y sip -T fields -e sip.Call-ID 2>/dev/null |
        tr ',' '\n' | grep -v '^early-data$' | sort | uniq -c
}

count=0 failures=0
compare()
{
    count=$((count + 1))
    "${3:-count}_ours" "$1" >"$work/ours"
    "${3:-count}_theirs" "$1" >"$work/theirs"
    total=$(awk -v column="${4:-2}" '{ n += $column } END { print n + 0 }' "$work/ours")
    if diff "$work/theirs" "$work/ours" >"$work/diff"; then
        echo "ok $count - $2: $total messages"
    else
        failures=$((failures + 1))
        echo "not ok $count - $2: $total messages"
        sed 's/^/# /; s/^# </# tshark:/; s/^# >/# sipwhy:/' "$work/diff"
    fi
}

for capture in "$SRCDIR"/tests/cases/*.pcap "$SRCDIR"/tests/cases/*.pcapng \
    "$SRCDIR"/tests/cases/*.snoop \
    "$SRCDIR"/demo/*.pcapng; do
    compare "$capture" "$(basename "$capture")"
done
if "$SIPWHY" report --keylog nothing "$SRCDIR/tests/cases/answered.pcap" >/dev/null 2>&1; then
    for log in "$SRCDIR"/tests/cases/*.keys; do
        capture=${log%.keys}.pcap
        compare "$capture" "$(basename "$capture"), decrypted" decrypted 1
    done
fi
if [ -d "${SIPWHY_CAPTURES:-}" ]; then
    find "$SIPWHY_CAPTURES" -type f \( -name '*.pcap' -o -name '*.pcapng' \) | sort >"$work/list"
    while read -r capture; do
        compare "$capture" "${capture#"$SIPWHY_CAPTURES"/}"
    done <"$work/list"
else
    count=$((count + 1))
    echo "ok $count - further captures # skip SIPWHY_CAPTURES names no folder"
fi
echo "1..$count"
[ "$failures" -eq 0 ]
