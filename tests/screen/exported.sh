#!/bin/sh
# exported.sh OPTIONS-AND-SOURCE... -- SAVED: whether what was saved holds the same messages as what
# it was saved from: read by this program, and counted by tshark where it is there.
set -u
: "${SIPWHY:?names the program}"
for saved; do :; done
counts() {
    "$SIPWHY" report --json "$@" | tr -d ' \n' |
        sed 's/.*\("messages":[0-9]*,"malformed":[0-9]*\).*\("methods":{[^}]*},"codes":{[^}]*}\).*/\1 \2/'
}
want=$(i=$#; for word; do i=$((i - 1)); [ $i -le 0 ] || [ "$word" = -- ] || printf '%s\n' "$word"; done)
IFS='
'
want=$(counts $want)
got=$(counts "$saved")
unset IFS
if [ "$want" != "$got" ]; then
    printf 'read from the source: %s\nread from what was saved: %s\n' "$want" "$got"
    exit 1
fi
case $saved in *.txt) exit 0 ;; esac
command -v tshark >/dev/null || exit 0
messages=$(printf '%s' "$want" | sed 's/"messages":\([0-9]*\).*/\1/')
# Not -z sip,stat: it leaves out what WebSocket and TLS carry.
seen=$(tshark -n -r "$saved" -Y sip -T fields -e sip.CSeq.method 2>/dev/null | tr ',' '\n' | grep -c .)
[ "$seen" = "$messages" ] || { echo "tshark counts $seen of $messages messages"; exit 1; }
