#!/bin/bash
# Stands in for "sipwhy report -i IFACE --duration SECONDS --json BPF" with dumpcap and tshark, so
# that "lab.sh check" can be tried, and its expectations doubted, without the tool under test.
# Counts only what the check compares; repetitions are byte-identical payloads on one hop.
set -eu

usage() { echo "usage: tshark-report.sh report -i IFACE --duration SECONDS --json [BPF]" >&2; exit 2; }

[ "${1:-}" = report ] || usage
shift
iface='' seconds='' filter=''
while [ $# -gt 0 ]; do
    case $1 in
    -i) iface=$2; shift ;;
    --duration) seconds=$2; shift ;;
    --json) ;;
    -*) usage ;;
    *) filter=$1 ;;
    esac
    shift
done
if [ -z "$iface" ] || [ -z "$seconds" ]; then usage; fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
dumpcap -q -i "$iface" -a "duration:$seconds" -f "$filter" -w "$dir/c.pcapng" 2>"$dir/log" ||
    { cat "$dir/log" >&2; exit 2; }

tshark -r "$dir/c.pcapng" -Y sip -T fields -E separator=/t -E occurrence=f \
    -e ip.src -e ip.dst -e sip.Call-ID -e sip.CSeq.seq -e sip.CSeq.method -e sip.Via.branch \
    -e sip.Method -e sip.Status-Code -e udp.payload 2>/dev/null |
awk -F'\t' '
    function list(name, counts,    k, sep) {
        printf "\"%s\":{", name
        for (k in counts) { printf "%s\"%s\":%d", sep, k, counts[k]; sep = "," }
        printf "}"
    }
    {
        messages++
        if (!(call[$3]++)) calls++
        if (seen[$1, $2, $9]++) repeated++
        if ($8 != "") { codes[$8]++; next }
        methods[$7]++
        method = $7
        # The ACK to a refusal carries the branch of its INVITE and belongs to it.
        if (method == "ACK" && ($3, $4, $6, "INVITE") in transaction) method = "INVITE"
        if (!(transaction[$3, $4, $6, method]++)) transactions++
    }
    END {
        printf "{\"messages\":%d,\"transactions\":%d,\"retransmissions\":%d,\"call_ids\":%d,",
            messages, transactions, repeated, calls
        list("methods", methods); printf ","; list("codes", codes); print "}"
    }'
