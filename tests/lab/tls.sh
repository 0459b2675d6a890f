#!/bin/bash
# TLS captures for the golden cases: openssl s_client and s_server talk SIP on loopback, in a
# network namespace of their own.
#
#   tls.sh FOLDER    writes tls12.pcap, tls13.pcap, tls-early.pcap, tls-rsa.pcap, tls-resumed.pcap,
#                    tls-old.pcap and tls-refused.pcap with their key logs (.keys), the RSA key
#                    (tls-rsa.pem), and tls-secrets.pcapng, which carries its key log itself
#
# Each connection carries one OPTIONS and its answer per step; its Call-ID is its name. All keys are
# made for the run and mean nothing anywhere else.
set -u

out=$(cd "${1:?folder}" && pwd) || exit 2
if [ -z "${TLS_INSIDE:-}" ]; then
    TLS_INSIDE=1 exec unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$0" "$out"
fi
work=$(mktemp -d) || exit 2
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 2
trap '' PIPE
mkfifo ask answer

openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.pem -out rsa.crt -days 36500 -batch \
    -subj "/O=Example/CN=sip.example.com" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.pem -out ec.crt \
    -days 36500 -batch -subj "/O=Example/CN=sip.example.com" 2>/dev/null

cat >no-ems.cnf <<'END'
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = default
[default]
Options = -ExtendedMasterSecret
END

begin() # NAME: a capture and its key log
{
    log=$out/$1.keys
    printf '# Secrets of a test recording, of use for nothing else.\n' >"$log"
    tcpdump -q -Z root -i lo -U -s 0 -w "$out/$1.pcap" tcp port 5061 2>/dev/null &
    dump=$!
    sleep 0.7
}

end()
{
    sleep 0.5
    kill -INT "$dump"
    wait "$dump" 2>/dev/null
}

request() # NAME NUMBER
{
    printf '%s\r\n' "OPTIONS sip:bob@sip.example.com SIP/2.0" \
        "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK-$1-$2" "From: <sip:alice@example.com>;tag=a" \
        "To: <sip:bob@example.com>" "Call-ID: $1" "CSeq: $2 OPTIONS" "Max-Forwards: 70" \
        "Content-Length: 0" ""
}

response() # NAME NUMBER
{
    printf '%s\r\n' "SIP/2.0 200 OK" "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK-$1-$2" \
        "From: <sip:alice@example.com>;tag=a" "To: <sip:bob@example.com>;tag=b" "Call-ID: $1" \
        "CSeq: $2 OPTIONS" "Content-Length: 0" ""
}

# connect NAME "SERVER-OPTIONS" "CLIENT-OPTIONS" [STEPS]: a connection; a step 'K' renews the keys of
# both sides. The client alone writes the key log. The server takes $connections of them.
connect()
{
    # shellcheck disable=SC2086  # words on purpose
    openssl s_server -quiet -port 5061 -naccept "${connections:-1}" -cert "${cert:-rsa}.crt" \
        -key "${cert:-rsa}.pem" $2 <answer >/dev/null 2>&1 &
    server=$!
    exec 4<>answer
    sleep 0.3
    talk "$1" "$3" "${4:-M}"
    [ -n "${connections:-}" ] || finish
}

finish()
{
    exec 4>&-
    wait "$server"
}

talk() # NAME "CLIENT-OPTIONS" STEPS
{
    local name=$1 number=0 step
    # shellcheck disable=SC2086
    openssl s_client -connect "${host:-127.0.0.1}:5061" -servername sip.example.com \
        -keylogfile "$log" $2 <ask >"$work/client.log" 2>&1 &
    client=$!
    exec 3<>ask
    sleep 0.4
    for step in $3; do
        if [ "$step" = K ]; then
            echo K >&3
            sleep 0.3
            continue
        fi
        number=$((number + 1))
        request "$name" $number >&3
        sleep 0.3
        response "$name" $number >&4
        sleep 0.3
    done
    exec 3>&-
    wait "$client"
}

weak=:@SECLEVEL=0

begin tls12
connect cbc-sha "-tls1_2 -cipher ECDHE-RSA-AES128-SHA" "-no_etm"
connect cbc-sha-etm "-tls1_2 -cipher ECDHE-RSA-AES256-SHA" ""
connect cbc-sha256 "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256" "-no_etm"
connect cbc-sha384-etm "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384" ""
connect gcm-128 "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256" ""
cert=ec connect gcm-256 "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384 -alpn sip/2" "-alpn sip/2"
host="[::1]" connect chacha "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305" "" "M M"
end

begin tls13
connect gcm-128 "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256" ""
connect gcm-256 "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384" ""
connect chacha "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256" ""
connect update "-tls1_3" "" "M K M K K M"
connect retried "-tls1_3 -groups P-384" "-groups X25519:P-384" "M M"
end

begin tls-early # the second connection sends early data, which is not read
connect first "-tls1_3 -early_data" "-sess_out session"
request early-data 1 >early
connect early "-tls1_3 -early_data" "-sess_in session -early_data early"
end

editcap --inject-secrets "tls,$out/tls-early.keys" "$out/tls-early.pcap" "$out/tls-secrets.pcapng"

begin tls-rsa
connect gcm-128 "-tls1_2 -cipher AES128-GCM-SHA256" ""
connect cbc-sha256 "-tls1_2 -cipher AES256-SHA256" "-no_etm"
OPENSSL_CONF=no-ems.cnf connect no-ems "-tls1_2 -cipher AES128-SHA" ""
connect null "-tls1_2 -cipher NULL-SHA256$weak" "-cipher NULL-SHA256$weak"
end
(echo "The key of a test recording, of use for nothing else." && cat rsa.pem) >"$out/tls-rsa.pem"

begin tls-resumed
connections=2 connect ticket "-tls1_2 -cipher AES128-GCM-SHA256" "-sess_out session"
talk ticket-again "-sess_in session" M
finish
connections=2 connect session "-tls1_2 -cipher AES256-GCM-SHA384 -no_ticket" "-sess_out session"
talk session-again "-sess_in session" M
finish
end

begin tls-old
connect tls-1.0 "-tls1 -cipher AES128-SHA$weak" "-tls1 -cipher AES128-SHA$weak" "M M"
connect tls-1.1 "-tls1_1 -cipher AES256-SHA$weak" "-tls1_1 -cipher AES256-SHA$weak" "M M"
end

begin tls-refused
connect unknown-ca "-tls1_2" "-verify_return_error -CAfile ec.crt"
connect unknown-ca-13 "-tls1_3" "-verify_return_error -CAfile ec.crt"
connect no-cipher "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256" "-cipher AES128-SHA"
end
