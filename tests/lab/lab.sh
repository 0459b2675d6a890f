#!/bin/bash
# The lab: real SIP stacks (SIPp, Kamailio, baresip) that call each other on loopback.
#
#   lab.sh record OUT.pcapng   play scenarios.tsv once and capture it (the bundled demo)
#   lab.sh check SIPWHY        live runs of SIPWHY against SIPp's own counters, and against what
#                              Kamailio, sngrep and another sipwhy tell by HEP, as TAP
#   lab.sh provoke SIPWHY [NAME]   plays provoked.txt while SIPWHY listens: what it finds, as TAP
#   lab.sh inputs SIPWHY       logs of SIPp and baresip, and clients of Kamailio by TCP, TLS,
#                              WebSocket and SCTP, against the capture of the same run, as TAP
#   lab.sh list                the scenarios, one line each
#
# Model: hosts.tsv gives every host an address in 127.0.0.0/8, scenarios.tsv says who calls
# whom and how it must end, scenarios/*.xml is what each end does. Boundary: nothing leaves
# loopback, every run has a deadline, and whatever was started is stopped on every way out.
# Where the system allows it the lab runs in a network and process namespace of its own, so
# other traffic on the machine's loopback cannot get into a capture.
set -u

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROXY=127.0.0.10
BRANCH=127.0.0.11
PROVOKED_PROXY=10.99.0.10 # as in dialogue.py
RECORD_LIMIT=${LAB_RECORD_LIMIT:-84} # seconds of recording; the demo must stay short
WORK=
PIDS=()
declare -A ADDR PASS NAME DEVICE PLAYS RING SET

die() { echo "lab.sh: $*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# ---- start and stop ------------------------------------------------------------------

# Stops what this shell started, then takes the working folder away if it made it.
cleanup() {
    trap - EXIT INT TERM
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
    sleep 0.3
    for pid in "${PIDS[@]}"; do kill -9 "$pid" 2>/dev/null; done
    wait 2>/dev/null
    [ -n "${LAB_WORK:-}" ] || remove_work
}

remove_work() {
    if [ -n "${LAB_KEEP:-}" ]; then echo "kept: $WORK" >&2; else rm -rf "$WORK"; fi
}

make_work() {
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/siplab.XXXXXX") || die "no temporary folder"
}

prepare() {
    if [ -n "${LAB_WORK:-}" ]; then WORK=$LAB_WORK; else make_work; fi
    trap cleanup EXIT
    trap 'exit 130' INT TERM
    mkdir "$WORK/log"
    load_hosts
}

# Runs this script again in namespaces of its own and ends with its status. --kill-child ends
# everything in there when the child is killed, however little it had time to tidy up.
isolate() {
    [ -z "${LAB_INSIDE:-}" ] || return 0
    export LAB_INSIDE=1
    if ! have ip || ! unshare -n -p -f --mount-proc true 2>/dev/null; then
        echo "lab.sh: no namespaces here, using the machine's own loopback" >&2
        return 0
    fi
    make_work
    trap 'kill -9 "$INNER" 2>/dev/null; wait; remove_work' EXIT
    trap 'exit 130' INT TERM
    LAB_WORK=$WORK LAB_OWN_NET=1 unshare -n -p -f --kill-child --mount-proc \
        sh -c 'ip link set lo up && exec "$@"' sh "$LAB/lab.sh" "$@" &
    INNER=$!
    wait "$INNER"
    exit $?
}

load_hosts() {
    local user addr pass name device plays ring set
    while IFS=$'\t' read -r user addr pass name device plays ring set; do
        case $user in ''|'#'*) continue ;; esac
        ADDR[$user]=$addr PASS[$user]=$pass NAME[$user]=$name DEVICE[$user]=$device
        PLAYS[$user]=$plays RING[$user]=$ring SET[$user]=$set
    done <"$LAB/hosts.tsv"
}

# key KEY SET FALLBACK: the value of KEY in "a=b|c=d".
key() {
    local part
    local IFS='|'
    for part in $2; do
        if [ "${part%%=*}" = "$1" ]; then echo "${part#*=}"; return; fi
    done
    echo "$3"
}

# ---- the stacks ----------------------------------------------------------------------

# start_proxy ADDRESS [LINES]: a Kamailio there, with these lines in its configuration; it reads the
# tables that stdin brings.
start_proxy() {
    local dir=$WORK/proxy-$1
    rm -rf "$dir"
    mkdir "$dir"
    {
        echo "${2:-}"
        echo 'event_route[htable:mod-init] {'
        cat
        echo '}'
    } >"$dir/hosts.cfg"
    cp "$LAB/kamailio.cfg" "$dir/kamailio.cfg"
    kamailio -f "$dir/kamailio.cfg" -l "udp:$1:5060" -l "tcp:$1:5060" -Y "$dir" -w "$dir" \
        -DD -E -m 32 -M 4 >"$WORK/log/proxy-$1" 2>&1 &
    PROXY_PID=$!
    PIDS+=("$PROXY_PID")
    wait_for_port "$1" || { cat "$WORK/log/proxy-$1" >&2; die "kamailio did not start"; }
}

# hosts.tsv as lines of kamailio.cfg.
proxy_tables() {
    local user
    for user in "${!ADDR[@]}"; do
        echo "    \$sht(place=>$user) = \"sip:${ADDR[$user]}:5060\";"
        [ "${PASS[$user]}" = - ] || echo "    \$sht(secret=>$user) = \"${PASS[$user]}\";"
    done
}

# A UDP socket on ADDRESS:5060 within five seconds.
wait_for_port() {
    local hex a b c d
    IFS=. read -r a b c d <<<"$1"
    hex=$(printf '%02X%02X%02X%02X:%04X' "$d" "$c" "$b" "$a" "${2:-5060}")
    for _ in {1..50}; do
        grep -q " $hex " /proc/net/udp && return 0
        sleep 0.1
    done
    return 1
}

# render XML NAME CODE RING SET: a scenario with its @WORDS@ filled in; prints the path. SIPp
# takes text as -key, but not where it wants a number; those places are filled in here.
render() {
    local out=$WORK/$2.xml
    sed -e "s/@CODE@/$3/g" -e "s/@RING@/$4/g" -e "s/@RING_MAX@/$(($4 + 700))/g" \
        -e "s/@REASON@/$(key reason "$5" OK)/g" \
        -e "s/@BYE@/$(key bye "$5" 200)/g" -e "s/@WAIT@/$(key wait "$5" 8000)/g" \
        -e "s/@BYE_CODE@/$(key bye_code "$5" 200)/g" \
        -e "s|@BYE_REASON@|$(key bye_reason "$5" OK)|g" \
        -e "s|@TONE@|$WORK/tone.wav|" "$LAB/scenarios/$1.xml" >"$out"
    echo "$out"
}

# Ten seconds of 1 kHz in A-law (the digital milliwatt), as bare samples.
tone() {
    for _ in {1..10000}; do printf '\x34\x21\x21\x34\xb4\xa1\xa1\xb4'; done
}

# sipp_args ADDRESS NAME: what every SIPp of the lab is started with, into the array ARGS.
CONTROL=11000
sipp_args() {
    CONTROL=$((CONTROL + 1))
    ARGS=(-i "$1" -p 5060 -mi "$1" -mp 20000 -cp "$CONTROL" -nostdin -deadcall_wait 300
        -default_behaviors abortunexp -skip_rlimit -max_invite_retrans 6
        -trace_err -error_file "$WORK/log/$2.err" -trace_counts
        -trace_stat -stf "$WORK/log/$2.stat" -fd 1)
}

# start_callee USER [LIMIT]: the far end that hosts.tsv gives this user; LIMIT more SIPp options.
start_callee() {
    local to=$1 set=${SET[$1]} xml
    shift
    xml=$(render "uas_${PLAYS[$to]}" "uas-$to" "$(key code "$set" 200)" "${RING[$to]}" "$set")
    sipp_args "${ADDR[$to]}" "uas-$to"
    (cd "$WORK/log" && exec sipp -sf "$xml" "${ARGS[@]}" "$@" \
        -key caller "$to" -key display "${NAME[$to]}" -key agent "${DEVICE[$to]}" \
        -key pt 8 -key map '8 PCMA/8000' -key extra "$(key extra "$set" 'Accept-Language: en')" \
        >"$WORK/log/uas-$to.out" 2>&1) &
    LAST=$!
    PIDS+=("$LAST")
}

# start_caller AT NAME CALLER TO HOP CODE HOLD UAC SET [OPTION...]; the pid ends up in LAST.
start_caller() {
    local at=$1 name=$2 from=$3 to=$4 hop=$5 code=$6 hold=$7 uac=$8 set=$9 transport=u1 xml
    local target=$PROXY
    shift 9
    xml=$(render "uac_$uac" "uac-$name" "$code" 0 "$set")
    case $hop in
    direct) target=${ADDR[$to]} ;;
    tcp) transport=t1 ;;
    esac
    sipp_args "${ADDR[$from]}" "uac-$name"
    (sleep "$at" && cd "$WORK/log" && exec sipp -sf "$xml" "${ARGS[@]}" "$target:5060" \
        -t "$transport" -s "$to" -d "$hold" -cid_str "%p-%u-$name@%s" "$@" \
        -key caller "$from" -key display "${NAME[$from]}" -key agent "${DEVICE[$from]}" \
        -key pt "$(key pt "$set" 8)" -key map "$(key map "$set" '8 PCMA/8000')" \
        -key hops "$(key hops "$set" 70)" -key text "$(key text "$set" hello)" \
        -key option "$(key option "$set" 'Supported: replaces, timer')" \
        -au "$from" -ap "$(key password "$set" "${PASS[$from]}")" -auth_uri pbx.example.net \
        >"$WORK/log/uac-$name.out" 2>&1) &
    LAST=$!
    PIDS+=("$LAST")
}

# The folder of baresip's modules, which differs between systems.
baresip_modules() {
    local dir
    for dir in /usr/lib/baresip/modules /usr/lib/*/baresip/modules \
        /usr/local/lib/baresip/modules; do
        [ -e "$dir/ausine.so" ] && echo "$dir" && return
    done
    echo .
}

# start_baresip USER AT SECONDS ACCOUNT-OPTIONS [-e COMMAND]: registers, runs the command, and
# unregisters when its time is over. It never runs longer than SECONDS.
start_baresip() {
    local user=$1 at=$2 seconds=$3 options=$4 dir=$WORK/baresip-$1
    shift 4
    mkdir "$dir"
    sed -e "s/@ADDRESS@/${ADDR[$user]}/" -e "s|@MODULES@|$(baresip_modules)|" \
        "$LAB/baresip.conf" >"$dir/config"
    options="$options;auth_pass=${PASS[$user]};regint=600"
    echo "\"${NAME[$user]}\" <sip:$user@pbx.example.net>;$options" \
        >"$dir/accounts"
    : >"$dir/contacts"
    (sleep "$at" && HOME=$dir exec baresip -f "$dir" -t "$seconds" "$@" </dev/null \
        >"$WORK/log/baresip-$user" 2>&1) &
    LAST=$!
    PIDS+=("$LAST")
}

# Two baresips: jiho registers and answers by itself, sunhee registers, calls jiho, hangs up.
play_baresip() {
    local proxy="outbound=\"sip:$PROXY\";audio_codecs=pcma"
    have baresip || { echo "lab.sh: no baresip, its call is left out" >&2; return; }
    # baresip leaves the source address of its RTP to the kernel, which takes 127.0.0.1 unless
    # the route says otherwise. Routes are only touched in a namespace of our own.
    if [ -n "${LAB_OWN_NET:-}" ]; then
        ip route replace local "${ADDR[jiho]}" dev lo table local src "${ADDR[sunhee]}"
        ip route replace local "${ADDR[sunhee]}" dev lo table local src "${ADDR[jiho]}"
    fi
    start_baresip jiho 12 18 "$proxy;answermode=auto"
    RUNNING[baresip-jiho]=$LAST
    start_baresip sunhee 22 5 "$proxy" -e '/dial sip:jiho@pbx.example.net'
    RUNNING[baresip-sunhee]=$LAST
}

# ---- record --------------------------------------------------------------------------

rows() { grep -v '^#' "$LAB/scenarios.tsv" | grep .; }

list_scenarios() {
    local name starts caller to hop code calls what
    printf "%-20s %-13s %-13s %-6s %-4s %5s  %s\n" scenario caller callee via code calls \
        "what happens"
    while IFS=$'\t' read -r name starts caller to hop code _ _ _ what; do
        calls=${starts//[^,]/}
        printf '%-20s %-13s %-13s %-6s %-4s %5d  %s\n' "$name" "$caller" "$to" "$hop" "$code" \
            $((${#calls} + 1)) "$what"
    done < <(rows)
}

start_capture() {
    dumpcap -q -i lo -w "$1" -f "not host 127.0.0.1 and not ip6" >"$WORK/log/dumpcap" 2>&1 &
    CAPTURE=$!
    PIDS+=("$CAPTURE")
    for _ in {1..50}; do
        [ -s "$1" ] && return
        sleep 0.1
    done
    die "the capture did not start: $(cat "$WORK/log/dumpcap")"
}

record() {
    local out=$1 deadline user tool
    prepare
    for tool in sipp kamailio dumpcap; do have "$tool" || die "record needs $tool"; done
    tone >"$WORK/tone.wav"
    start_proxy "$PROXY" < <(proxy_tables)
    start_proxy "$BRANCH" <<<"    \$sht(place=>1099) = \"sip:$PROXY:5060\";"
    for user in "${!PLAYS[@]}"; do
        [ "${PLAYS[$user]}" = - ] || start_callee "$user"
    done
    sleep 1
    start_capture "$WORK/out.pcapng"
    play
    play_baresip
    deadline=$((SECONDS + RECORD_LIMIT))
    while [ $SECONDS -lt $deadline ] && any_running "${RUNNING[@]}"; do sleep 0.5; done
    sleep 1.5 # the last packets are still in the kernel's buffer
    kill -INT "$CAPTURE" && wait "$CAPTURE"
    strip_origin "$WORK/out.pcapng" "$out"
    complain >&2
}

# Through plain pcap and back: drops what dumpcap notes about the machine it ran on.
strip_origin() {
    if have editcap; then
        editcap -F nsecpcap "$1" "$WORK/out.pcap" && editcap -F pcapng "$WORK/out.pcap" "$2"
    else
        cp "$1" "$2"
    fi
    chmod 644 "$2"
}

# Starts every caller of scenarios.tsv; each sleeps until its own second.
declare -A RUNNING
play() {
    local name starts from to hop code hold uac set at i
    while IFS=$'\t' read -r name starts from to hop code hold uac set _; do
        i=0
        for at in ${starts//,/ }; do
            i=$((i + 1))
            start_caller "$at" "$name-$i" "$from" "$to" "$hop" "$code" "$hold" "$uac" "$set" \
                -m 1 -r 20
            RUNNING[$name-$i]=$LAST
        done
    done < <(rows)
}

# Says which callers did not end as scenarios.tsv expects; fails if there is one.
complain() {
    local name pid bad=0
    for name in "${!RUNNING[@]}"; do
        pid=${RUNNING[$name]}
        if kill -0 "$pid" 2>/dev/null; then
            echo "$name: still running at the end"
        elif ! wait "$pid"; then
            echo "$name: not as expected:" \
                "$(grep -ho 'while.*\|Unable.*' "$WORK/log/uac-$name".{err,out} 2>/dev/null)"
        else
            continue
        fi
        bad=1
    done
    return $bad
}

any_running() {
    local pid
    for pid; do kill -0 "$pid" 2>/dev/null && return 0; done
    return 1
}

# ---- check ---------------------------------------------------------------------------

CHECK_SECONDS=${LAB_CHECK_SECONDS:-15}
TESTS=0
FAILED=0

ok() { TESTS=$((TESTS + 1)); echo "ok $TESTS - $*"; }
not_ok() { TESTS=$((TESTS + 1)); FAILED=$((FAILED + 1)); echo "not ok $TESTS - $*"; }

finish_tap() { echo "1..$TESTS"; [ "$FAILED" = 0 ]; }

# check SIPWHY: each group of check.tsv is one live run.
check() {
    local sipwhy tool missing=''
    sipwhy=$(command -v "$1") || { echo "Bail out! $1 cannot be run"; return 2; }
    for tool in sipp jq awk; do have "$tool" || missing="$missing $tool"; done
    [ "$(id -u)" = 0 ] || missing="$missing root"
    if [ -n "$missing" ]; then
        ok "live runs # skip needs:$missing"
        finish_tap
        return
    fi
    prepare
    check_group "$sipwhy" direct
    if have kamailio; then
        check_group "$sipwhy" proxy
    else
        ok "live run through the proxy # skip kamailio is not installed"
    fi
    check_agents "$sipwhy"
    finish_tap
}

check_rows() { grep "^$1"$'\t' "$LAB/check.tsv"; }

# check_group SIPWHY GROUP
check_group() {
    local sipwhy=$1 group=$2 to listener callee=() started=' '
    RUNNING=()
    [ "$group" = direct ] || start_proxy "$PROXY" < <(proxy_tables)
    while IFS=$'\t' read -r _ _ _ to _; do
        case $started in *" $to "*) continue ;; esac
        started="$started$to "
        [ "${PLAYS[$to]:--}" = - ] && continue
        start_callee "$to"
        callee+=("$LAST")
    done < <(check_rows "$group")
    timeout $((CHECK_SECONDS + 15)) "$sipwhy" report -i lo --duration "$CHECK_SECONDS" --json udp \
        >"$WORK/$group.json" 2>"$WORK/log/$group.sipwhy" &
    listener=$!
    PIDS+=("$listener")
    sleep 2
    play_check "$group"
    judge_callers "$group"
    if wait "$listener"; then ok "$group: $(basename "$sipwhy") listens and ends"; else
        not_ok "$group: $(basename "$sipwhy") ended with status $?"
        sed 's/^/# /' "$WORK/log/$group.sipwhy"
    fi
    kill "${callee[@]}" && wait "${callee[@]}"
    expect "$group" >"$WORK/$group.expected"
    compare "$group" "$WORK/$group.json" "$WORK/$group.expected"
    forget_counters
}

play_check() {
    local name from to code calls rate hold uac set hop=direct
    [ "$1" = direct ] || hop=proxy
    while IFS=$'\t' read -r _ name from to code calls rate hold uac set; do
        start_caller 0 "$name" "$from" "$to" "$hop" "$code" "$hold" "$uac" "$set" \
            -m "$calls" -r "$rate" -timeout "$((CHECK_SECONDS - 4))"
        RUNNING[$name]=$LAST
    done < <(check_rows "$1")
}

# SIPp itself says whether every call ended as its scenario has it.
judge_callers() {
    local name
    for name in "${!RUNNING[@]}"; do
        if wait "${RUNNING[$name]}"; then ok "$1: SIPp's $name calls end as planned"; else
            not_ok "$1: SIPp's $name calls do not end as planned"
            tail -n 20 "$WORK/log/uac-$name".{err,out} 2>/dev/null | sed 's/^/# /'
        fi
    done
    sleep 1.5 # SIPp writes its counters once a second
}

# expect GROUP: what SIPp's message counters (-trace_counts) say must have been on the wire, as
# the same JSON that the tool prints. Between two SIPps each message is counted where it was
# sent. Through a proxy each hop has SIPp at one end only, so what was received counts too.
expect() {
    local file name code
    for file in "$WORK"/log/*_counts.csv; do
        name=$(basename "$file")
        code=200
        case $name in
        uac-*) name=${name#uac-} name=${name%_*_counts.csv}
            code=$(check_rows "$1" | awk -F'\t' -v n="$name" '$2 == n { print $5 }') ;;
        uas-*) name=${name#uas-} name=${name%_*_counts.csv}
            code=$(check_rows "$1" | awk -F'\t' -v n="$name" '$4 == n { print $5 }') ;;
        esac
        # An ACK is a transaction of its own only where the INVITE was accepted.
        case $code in 200|481) code=own ;; *) code=part ;; esac
        awk -F';' -v ack="$code" -v side="$(basename "$file" | cut -c1-3)" '
            NR == 1 { for (i = 1; i <= NF; i++) head[i] = $i }
            { for (i = 1; i <= NF; i++) last[i] = $i }
            END {
                for (i = 1; i < NF; i++) {
                    if (split(head[i], part, "_") != 3 || last[i] == 0) continue
                    if (part[3] == "Sent" || part[3] == "Recv") way = part[3]
                    else if (part[3] != "Retrans") continue
                    print side, ack, part[2], way, part[3] == "Retrans" ? "again" : "first", last[i]
                }
            }' "$file"
    done | sum_counters "$1"
}

# Lines "side ack name way first|again count" to the JSON of a report.
sum_counters() {
    awk -v group="$1" -v calls="$(check_rows "$1" | awk -F'\t' '{ n += $6 } END { print n }')" '
        function list(name, counts,    k, sep) {
            printf "\"%s\":{", name
            for (k in counts) { printf "%s\"%s\":%d", sep, k, counts[k]; sep = "," }
            printf "}"
        }
        group == "direct" && $4 == "Recv" { next }
        {
            messages += $6
            if ($5 == "again") repeated += $6
            if ($3 ~ /^[0-9]+$/) { codes[$3] += $6; next }
            methods[$3] += $6
            if ($5 == "again") next
            if ($3 != "ACK" || $2 == "own") transactions += $6
        }
        END {
            printf "{\"messages\":%d,\"transactions\":%d,\"retransmissions\":%d,\"call_ids\":%d,",
                messages, transactions, repeated, calls
            list("methods", methods); printf ","; list("codes", codes); print "}"
        }'
}

# compare LABEL GOT EXPECTED: one TAP line for every number that SIPp knows.
compare() {
    local key want got
    if ! jq -e . "$2" >/dev/null 2>&1; then
        not_ok "$1: the report is one JSON object"
        return
    fi
    while IFS=$'\t' read -r key want; do
        got=$(jq -r --arg k "$key" 'getpath($k / ".") // 0' "$2")
        if [ "$got" = "$want" ]; then ok "$1: $key is $want"; else
            not_ok "$1: $key"
            echo "#   SIPp counted $want, the report says $got"
        fi
    done < <(jq -r 'paths(numbers) as $p | [($p | join(".")), getpath($p)] | @tsv' "$3")
    got=$(jq -c -n --slurpfile g "$2" --slurpfile e "$3" \
        '[(($g[0].methods + $g[0].codes) | keys[]) as $k
          | select(($e[0].methods + $e[0].codes)[$k] == null) | $k]')
    if [ "$got" = '[]' ]; then ok "$1: no other methods or codes"; else
        not_ok "$1: methods or codes that SIPp does not know of: $got"
    fi
}

# The same traffic seen by us, and by others that tell us by HEP: Kamailio, sngrep, another sipwhy.
COLLECTOR=127.0.0.20
check_agents() {
    local sipwhy=$1 version
    if ! have kamailio || ! siptrace_there; then
        ok "capture agents # skip kamailio's siptrace is not installed"
        return
    fi
    [ -z "${PROXY_PID:-}" ] || { kill "$PROXY_PID" && wait "$PROXY_PID"; }
    for version in 2 3; do check_hep "$sipwhy" "$version"; done
}

siptrace_there() { find /usr/lib /usr/lib64 /usr/local/lib -name siptrace.so 2>/dev/null | grep -q .; }

# All that Kamailio receives and sends goes to the collector.
trace_lines() {
    cat <<END
loadmodule "siptrace.so"
modparam("siptrace", "duplicate_uri", "sip:$COLLECTOR:9060")
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", $1)
modparam("siptrace", "hep_capture_id", 2003)
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
END
}

# listen NAME OPTION...: a list of all messages in the background, into NAME.json.
listen() {
    local name=$1
    shift
    timeout $((CHECK_SECONDS + 15)) "$sipwhy" list messages --json --duration $((CHECK_SECONDS - 2)) "$@" \
        >"$WORK/$name.json" 2>"$WORK/log/$name.sipwhy" &
    LISTENERS+=($!)
    PIDS+=($!)
}

# check_hep SIPWHY VERSION: what agents say must be what is on the wire.
check_hep() {
    local sipwhy=$1 version=$2 callee=() to started=' ' plain=(udp and not portrange 9060-9069)
    LISTENERS=()
    RUNNING=()
    start_proxy "$PROXY" "$(trace_lines "$version")" < <(proxy_tables)
    while IFS=$'\t' read -r _ _ _ to _; do
        case $started in *" $to "*) continue ;; esac
        started="$started$to "
        [ "${PLAYS[$to]:--}" = - ] && continue
        start_callee "$to"
        callee+=("$LAST")
    done < <(check_rows proxy)
    listen "kamailio-v$version" --listen "hep:udp:$COLLECTOR:9060"
    listen "sngrep" --listen "hep:udp:$COLLECTOR:9061"
    listen "forwarded" --listen "hep:tcp:$COLLECTOR:9062" --hep-key sesam
    sleep 0.5
    listen wire -i lo --hep-send "tcp:$COLLECTOR:9062" --hep-key sesam "${plain[@]}"
    if have sngrep; then
        HOME=$WORK sngrep -N -q -d lo -H "udp:$COLLECTOR:9061" "${plain[@]}" \
            >"$WORK/log/sngrep" 2>&1 </dev/null &
        PIDS+=($!)
    fi
    sleep 2
    play_check proxy
    wait "${RUNNING[@]}"
    wait "${LISTENERS[@]}"
    kill "${callee[@]}" "$PROXY_PID" && wait "${callee[@]}" "$PROXY_PID"
    agrees "kamailio-v$version" 'Kamailio'
    agrees forwarded 'another sipwhy'
    if have sngrep; then agrees sngrep 'sngrep'; else ok "sngrep # skip it is not installed"; fi
    forget_counters
}

# Messages without their times and without second copies (Kamailio tells of an ACK to an answer that
# it sent without a transaction twice), sorted.
bare_messages() {
    jq -c 'select(.duplicate | not)
        | [.call_id, .cseq, .start_line, .branch, .src, .dst, .transport, .retransmission]' "$1" | sort
}

# agrees NAME WHO: what this agent said are the messages that were on the wire.
agrees() {
    bare_messages "$WORK/wire.json" >"$WORK/wire"
    bare_messages "$WORK/$1.json" >"$WORK/said"
    if [ "$(wc -l <"$WORK/wire")" -gt 100 ] && cmp -s "$WORK/wire" "$WORK/said"; then
        ok "HEP from $2 ($1): the $(wc -l <"$WORK/said") messages that were on the wire"
    else
        not_ok "HEP from $2 ($1): $(wc -l <"$WORK/wire") messages on the wire"
        diff "$WORK/wire" "$WORK/said" | head -n 20 | sed 's/^/# /'
    fi
}

forget_counters() { rm -f "$WORK"/log/*_counts.csv; }

# ---- provoke -------------------------------------------------------------------------

# Needs a network of its own, where public and private addresses can be put on loopback.
provoke() {
    local tool missing=''
    for tool in sipp python3 ip; do have "$tool" || missing="$missing $tool"; done
    [ -n "${LAB_OWN_NET:-}" ] || missing="$missing a network namespace"
    if [ -n "$missing" ]; then
        ok "provoked findings # skip needs:$missing"
        finish_tap
        return
    fi
    prepare
    ip addr add "$PROVOKED_PROXY/32" dev lo
    if have kamailio; then start_proxy "$PROVOKED_PROXY" < <("$LAB/provoke.py" places); fi
    python3 "$LAB/provoke.py" play "$(command -v "$1")" "$WORK" "${2:-}"
}

# ---- inputs --------------------------------------------------------------------------

inputs() {
    local tool missing=''
    for tool in python3 tcpdump openssl; do have "$tool" || missing="$missing $tool"; done
    [ -n "${LAB_OWN_NET:-}" ] || missing="$missing a network namespace"
    if [ -n "$missing" ]; then
        ok "logs and WebSocket # skip needs:$missing"
        finish_tap
        return
    fi
    prepare
    timeout -k 5 90 python3 "$LAB/inputs.py" "$(command -v "$1")" "$WORK"
}

# ---- main ----------------------------------------------------------------------------

case ${1:-} in
record)
    [ $# -eq 2 ] || die "usage: lab.sh record OUT.pcapng"
    isolate record "$(realpath "$2")"
    record "$2"
    ;;
check)
    [ $# -eq 2 ] || die "usage: lab.sh check SIPWHY"
    tested=$(command -v "$2") && tested=$(realpath "$tested")
    isolate check "${tested:-$2}"
    check "${tested:-$2}"
    ;;
provoke)
    [ $# -ge 2 ] || die "usage: lab.sh provoke SIPWHY [NAME]"
    tested=$(command -v "$2") && tested=$(realpath "$tested")
    isolate provoke "${tested:-$2}" "${3:-}"
    provoke "${tested:-$2}" "${3:-}"
    ;;
inputs)
    [ $# -eq 2 ] || die "usage: lab.sh inputs SIPWHY"
    tested=$(command -v "$2") && tested=$(realpath "$tested")
    isolate inputs "${tested:-$2}"
    inputs "${tested:-$2}"
    ;;
list) list_scenarios ;;
*) die "usage: lab.sh record OUT.pcapng | check SIPWHY | provoke SIPWHY | inputs SIPWHY | list" ;;
esac
