#!/bin/sh
# Writes the captures that the screen scripts need, beside the bundled one, into a directory.
# Usage: captures.sh DIRECTORY DEMO. Packets are raw IPv4 with UDP, made with printf alone.
set -eu
dir=$1 demo=$2

# le32 N, be16 N: as printf escapes.
le32() { printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
be16() { printf '\\%03o\\%03o' $(($1 >> 8 & 255)) $(($1 & 255)); }

begin() {
    out=$1 seconds=1790000000 id=1
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\377\377\000\000\145\000\000\000' >"$out"
}

# packet FROM TO COMMAND...: what the command prints, between host numbers in 192.0.2.0/24, from
# and to port 5060, a second after the packet before.
packet() {
    from=$1 to=$2
    shift 2
    "$@" >"$dir/payload"
    size=$(($(wc -c <"$dir/payload")))
    all=$((size + 28))
    # shellcheck disable=SC2059
    printf "$(le32 $seconds)$(le32 0)$(le32 $all)$(le32 $all)\105\000$(be16 $all)$(be16 $id)\000\000\100\021\000\000\300\000\002$(printf '\\%03o' "$from")\300\000\002$(printf '\\%03o' "$to")$(be16 5060)$(be16 5060)$(be16 $((size + 8)))\000\000" >>"$out"
    cat "$dir/payload" >>"$out"
    seconds=$((seconds + 1)) id=$((id + 1))
}

# request METHOD FROM TO CALL [BODY]: values may hold printf escapes.
request() {
    # shellcheck disable=SC2059
    printf "$1 sip:callee@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK$4\r\nFrom: $2;tag=f\r\nTo: $3\r\nCall-ID: $4\r\nCSeq: 1 $1\r\nMax-Forwards: 70\r\nContent-Length: $(printf "${5-}" | wc -c)\r\n\r\n${5-}"
}

# response CODE+PHRASE METHOD FROM TO CALL [HEADER]
response() {
    # shellcheck disable=SC2059
    printf "SIP/2.0 $1\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK$5\r\nFrom: $3;tag=f\r\nTo: $4;tag=t\r\nCall-ID: $5\r\nCSeq: 1 $2\r\n${6-}Content-Length: 0\r\n\r\n"
}

# Whatever a terminal might obey: escape sequences, C1 controls raw and as UTF-8, invalid UTF-8,
# bidirectional overrides, shift out, bell, delete, zero-width characters.
begin "$dir/hostile.pcap"
evil='a\033]0;pwned\007b\033[2Jc\233d\302\233e\377\376f\342\200\256g\016h\177i\342\200\213j'
packet 1 2 request INVITE "\"$evil\" <sip:x\033[31m\342\200\256y@h>" "<sip:z\302\2332J@h>" c1 "v=0\r\n$evil\r\n"
packet 2 1 response "488 $evil" INVITE "\"$evil\" <sip:x\033[31m\342\200\256y@h>" "<sip:z\302\2332J@h>" c1 \
    "Warning: 305 h \"$evil\"\r\nServer: $evil\r\n"
packet 1 2 request INVITE '<sip:callid@h>' '<sip:k@h>' 'c3\033[5m\342\200\256'
packet 1 2 request MESSAGE '<sip:\001\002@h>' '<sip:\355\240\200@h>' c4

# Wide and combining characters where the list shows them.
begin "$dir/wide.pcap"
packet 1 2 request INVITE '<sip:\352\271\200\353\257\274\354\210\230@h>' '<sip:M\303\274ller@h>' w1
packet 2 1 response '486 \355\206\265\355\231\224 \354\244\221' INVITE '<sip:\352\271\200@h>' '<sip:M@h>' w1
packet 1 2 request INVITE '<sip:abcdef@h>' '<sip:Mu\314\210ller@h>' w2
packet 2 1 response '486 Busy Here' INVITE '<sip:abcdef@h>' '<sip:M@h>' w2
packet 1 2 request INVITE '<sip:\352\271\200\353\257\274\354\210\230\352\271\200\353\257\274\354\210\230\352\271\200\353\257\274\354\210\230@h>' '<sip:end@h>' w3
packet 2 1 response '486 Busy Here' INVITE '<sip:a@h>' '<sip:M@h>' w3

# A long header and a long body, for wrapping, scrolling and searching.
begin "$dir/long.pcap"
lines= i=1
while [ $i -le 60 ]; do lines="${lines}X-Line-$i: value $i\r\n" i=$((i + 1)); done
word=$(printf '%0150d' 7)
packet 1 2 request INVITE '<sip:long@h>' '<sip:reader@h>' l1
packet 2 1 response '500 Much to read' INVITE '<sip:long@h>' '<sip:reader@h>' l1 \
    "${lines}X-Long: $word needle $word needle\r\nX-Last: needle\r\n"

# A B2BUA: a call in and one out, that share a Session-ID (RFC 7989).
begin "$dir/b2bua.pcap"
both='\r\nSession-ID: 0123456789abcdef0123456789abcdef;remote=00000000000000000000000000000000'
packet 1 2 request INVITE '<sip:5551234@h>' "<sip:5559876@h>$both" in
packet 2 3 request INVITE '<sip:5551234@h>' "<sip:5559876@h>$both" out
packet 3 2 response '486 Busy Here' INVITE '<sip:5551234@h>' '<sip:5559876@h>' out
packet 2 1 response '486 Busy Here' INVITE '<sip:5551234@h>' '<sip:5559876@h>' in

# The same, but by their numbers only, and the failure is translated on its way back.
begin "$dir/translated.pcap"
contact='\r\nContact: <sip:5551234@192.0.2.9>'
packet 1 2 request INVITE '<sip:5551234@h>' "<sip:5559876@h>$contact" in
packet 2 3 request INVITE '<sip:5551234@h>' "<sip:5559876@h>$contact" out
packet 3 2 response '503 Service Unavailable' INVITE '<sip:5551234@h>' '<sip:5559876@h>' out
packet 2 1 response '404 Not Found' INVITE '<sip:5551234@h>' '<sip:5559876@h>' in

# Three legs in a row: a header names the first one in the second, numbers alone join the third.
begin "$dir/threelegs.pcap"
packet 1 2 request INVITE '<sip:5551234@h>' '<sip:5559876@h>' in
packet 2 3 request INVITE '<sip:5551299@h>' '<sip:5559876@h>\r\nX-Call-ID: in' middle
packet 3 4 request INVITE '<sip:5551299@h>' '<sip:5559876@h>' out

# Two calls of one caller and another one's; then (late.more, to be appended) an attended transfer makes
# of the first, the third and a new one a single call.
begin "$dir/late.pcap"
packet 1 2 request INVITE '<sip:5551234@h>' '<sip:5559876@h>' first
packet 8 9 request INVITE '<sip:5550001@h>' '<sip:5550002@h>' other
packet 1 3 request INVITE '<sip:5551234@h>' '<sip:5558888@h>' second
out=$dir/late.more
: >"$out"
packet 1 2 request REFER '<sip:5551234@h>' \
    '<sip:5559876@h>\r\nRefer-To: <sip:5558888@192.0.2.3?Replaces=second%%3Bto-tag%%3Dt%%3Bfrom-tag%%3Df>' first
packet 2 3 request INVITE '<sip:5559876@h>' '<sip:5558888@h>\r\nReplaces: second;to-tag=t;from-tag=f' third

# say START FROM TO CALL BRANCH CSEQ TAG [HEADERS] [BODY]: in a dialog, TAG being its To tag ('' for
# none yet); of a request that the callee sends, FROM and TO still name caller and callee.
say() {
    # shellcheck disable=SC2059
    printf "$1\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK$5\r\nMax-Forwards: 70\r\nFrom: <sip:$2@h>;tag=f\r\nTo: <sip:$3@h>${7:+;tag=$7}\r\nCall-ID: $4\r\nCSeq: $6\r\nContact: <sip:192.0.2.1>\r\n${8-}Content-Length: $(printf "${9-}" | wc -c)\r\n\r\n${9-}"
}

# sdp ADDRESS PORT FORMATS [MORE]: of 192.0.2.ADDRESS
sdp() {
    printf '%s' "v=0\r\no=u 1 1 IN IP4 192.0.2.$1\r\ns=-\r\nc=IN IP4 192.0.2.$1\r\nt=0 0\r\nm=audio $2 RTP/AVP $3\r\n${4-}"
}

# A call with everything that a session may do: early media, hold, resume, another address and
# codec; its session timer runs out.
begin "$dir/session.pcap"
type='Content-Type: application/sdp\r\n'
talk() { # FROM TO START BRANCH CSEQ TAG [HEADERS] [BODY]
    packet "$1" "$2" say "$3" 5551234 5559876 talk "$4" "$5" "$6" "${7-}" "${8-}"
}
talk 1 2 'INVITE sip:b@h SIP/2.0' i1 '1 INVITE' '' "$type" "$(sdp 1 4000 '18 0 8')"
talk 2 1 'SIP/2.0 183 Session Progress' i1 '1 INVITE' t "$type" "$(sdp 2 5000 '0 8')"
talk 2 1 'SIP/2.0 200 OK' i1 '1 INVITE' t "Session-Expires: 90;refresher=uac\r\n$type" "$(sdp 2 5000 '0 8')"
talk 1 2 'ACK sip:b@h SIP/2.0' a1 '1 ACK' t
seconds=$((seconds + 29))
talk 1 2 'INVITE sip:b@h SIP/2.0' i2 '2 INVITE' t "$type" "$(sdp 1 4000 '18 0 8' 'a=sendonly\r\n')"
talk 2 1 'SIP/2.0 200 OK' i2 '2 INVITE' t "Session-Expires: 90;refresher=uac\r\n$type" "$(sdp 2 5000 '0 8' 'a=recvonly\r\n')"
talk 1 2 'ACK sip:b@h SIP/2.0' a2 '2 ACK' t
talk 1 2 'UPDATE sip:b@h SIP/2.0' u3 '3 UPDATE' t "$type" "$(sdp 9 4100 '8')"
talk 2 1 'SIP/2.0 200 OK' u3 '3 UPDATE' t "Session-Expires: 90;refresher=uac\r\n$type" "$(sdp 2 5000 '8')"
seconds=$((seconds + 100))
talk 2 1 'INFO sip:a@h SIP/2.0' n1 '1 INFO' t
talk 1 2 'SIP/2.0 200 OK' n1 '1 INFO' t

# Ports that are 0: what OPTIONS learns of the callee, and an answer that refuses the stream.
begin "$dir/ports.pcap"
talk 1 2 'OPTIONS sip:b@h SIP/2.0' o1 '1 OPTIONS' ''
talk 2 1 'SIP/2.0 200 OK' o1 '1 OPTIONS' t "$type" "$(sdp 2 0 '0 8')"
talk 1 2 'INVITE sip:b@h SIP/2.0' i2 '2 INVITE' '' "$type" "$(sdp 1 4000 '0 8')"
talk 2 1 'SIP/2.0 200 OK' i2 '2 INVITE' t "$type" "$(sdp 2 0 '0')"
talk 1 2 'ACK sip:b@h SIP/2.0' a2 '2 ACK' t

# A scanner, in two calls: found once.
begin "$dir/scanner.pcap"
for call in s1 s2; do
    packet 1 2 say 'OPTIONS sip:100@h SIP/2.0' 100 100 $call $call '1 OPTIONS' '' 'User-Agent: friendly-scanner\r\n'
    packet 2 1 say 'SIP/2.0 200 OK' 100 100 $call $call '1 OPTIONS' t
done

# One dialog for long: forty OPTIONS, one of which fails.
begin "$dir/often.pcap"
i=1
while [ $i -le 40 ]; do
    packet 1 2 say 'OPTIONS sip:b@h SIP/2.0' a b often o$i "$i OPTIONS" t
    answer='200 OK'
    [ $i = 31 ] && answer='503 Service Unavailable'
    packet 2 1 say "SIP/2.0 $answer" a b often o$i "$i OPTIONS" t
    i=$((i + 1))
done

# A request through eight hosts.
begin "$dir/hops.pcap"
i=1
while [ $i -le 7 ]; do
    packet $i $((i + 1)) say 'INVITE sip:b@h SIP/2.0' a b hops h$i '1 INVITE' ''
    i=$((i + 1))
done
while [ $i -ge 2 ]; do
    packet $i $((i - 1)) say 'SIP/2.0 486 Busy Here' a b hops h$((i - 1)) '1 INVITE' t
    i=$((i - 1))
done

# tcp FROM TO SPORT DPORT SEQ FLAGS: a segment without bytes.
tcp() {
    # shellcheck disable=SC2059
    printf "$(le32 $seconds)$(le32 0)$(le32 40)$(le32 40)\105\000$(be16 40)$(be16 $id)\000\000\100\006\000\000\300\000\002$(printf '\\%03o' "$1")\300\000\002$(printf '\\%03o' "$2")$(be16 "$3")$(be16 "$4")$(be16 0)$(be16 "$5")\000\000\000\000\120$(printf '\\%03o' "$6")\020\000\000\000\000\000" >>"$out"
    id=$((id + 1))
}

# A proxy that would go on over TCP, and is refused.
begin "$dir/refused.pcap"
packet 1 2 say 'INVITE sip:b@192.0.2.3:5060;transport=tcp SIP/2.0' a b refused r1 '1 INVITE' ''
tcp 2 3 40000 5060 7 2
tcp 3 2 5060 40000 0 20
packet 2 1 say 'SIP/2.0 503 Service Unavailable' a b refused r1 '1 INVITE' t

begin "$dir/empty.pcap"
begin "$dir/nosip.pcap"
packet 1 2 echo 'nothing that anybody would take for a call'
packet 2 1 printf '\200\000\000\001\000\000\000\001\000\000\000\001voice'
: >"$dir/nothing.pcap"
head -c 300000 "$demo" >"$dir/damaged.pcapng"
printf 'plain text, no capture\n' >"$dir/text.txt"
rm -f "$dir/payload"

# Sends REQUESTS datagrams to 127.0.0.1:15060, with calls numbered from FIRST, 20 a second at most.
cat >"$dir/send.sh" <<'END'
first=$1 count=$2 method=${3-INVITE}
for ((i = first; i < first + count; i++)); do
    printf '%s sip:callee@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:15070;branch=z9hG4bKlive%d\r\nFrom: <sip:caller%d@h>;tag=f\r\nTo: <sip:callee@h>\r\nCall-ID: live%d\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\nContact: <sip:caller@127.0.0.1:15070>\r\nContent-Length: 0\r\n\r\n' \
        "$method" $i $i $i "$method" | dd bs=4096 iflag=fullblock status=none >/dev/udp/127.0.0.1/15060 # one write, one datagram
    sleep 0.05
done 2>/dev/null
exit 0
END

# In a network namespace of its own: an interface that sends three requests when told to and is
# deleted when told to. The rest of the arguments is the program that watches it.
cat >"$dir/interface.sh" <<'END'
ip link add sip0 type veth peer name sip1
ip addr add 192.0.2.1/24 dev sip0
ip link set sip1 up
ip link set sip0 up
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:01 dev sip0
until_there() { i=0; while [ ! -e "$1" ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i + 1)); done; }
{
    until_there "$CAPS/send"
    for i in 1 2 3; do
        printf 'OPTIONS sip:a@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKif%d\r\nFrom: <sip:gone%d@h>;tag=f\r\nTo: <sip:b@h>\r\nCall-ID: if%d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n' $i $i $i |
            bash -c 'cat >/dev/udp/192.0.2.9/5060'
    done
    until_there "$CAPS/delete"
    ip link del sip0
} >/dev/null 2>&1 &
exec "$@"
END

# One message with something of everything that can be taken apart: parameters, a digest, a session
# description, an ISUP IAM, a place.
elements() {
    printf 'INVITE sip:bob@192.0.2.2;transport=tcp;x-own=1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;BRANCH=z9hG4bKe1;rport\r\n'
    printf 'From: <sip:al@h>;tag=f\r\nTo: <sip:bob@h>\r\nCall-ID: e1\r\nCSeq: 1 INVITE\r\n'
    printf 'Diversion: <sip:c@h>;reason=no-answer;counter=1\r\n'
    printf 'Proxy-Authorization: Digest username="al", realm="h", nonce="n", uri="sip:h", qop=auth, nc=00000001, cnonce="c", response="0"\r\n'
    printf 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed;boundary=b1\r\n'
    printf 'Content-Length: %d\r\n\r\n' "$(element_bodies | wc -c)"
    element_bodies
}
element_bodies() {
    printf -- '--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n'
    printf 'm=audio 4000 RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:18 annexb=no\r\na=x-own:1\r\na=sendonly\r\n'
    printf -- '--b1\r\nContent-Type: application/isup;base=itu-t92+\r\n\r\n'
    printf '\001\020\140\000\012\003\002\007\005\203\220\041\103\005\012\004\004\023\104\002\000'
    printf -- '\r\n--b1\r\nContent-Type: application/pidf+xml\r\n\r\n'
    printf '<presence><status><geopriv><location-info><gml:Circle><gml:pos>42.5 -71.2</gml:pos></gml:Circle></location-info></geopriv></status></presence>\r\n--b1--\r\n'
}
begin "$dir/elements.pcap"
packet 1 2 elements
# What a site says of its own parameter
mkdir -p "$dir/site/en/param"
printf '## meaning\n\nOurs: the trunk.\n' >"$dir/site/en/param/x-own.md"
